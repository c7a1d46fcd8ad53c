"""The cfn-lint window: ``cfn-lint -a s3_glue_rules.hosts.cfnlint_rules -t TEMPLATE``.

One rule class for each policy and level: ``ESGR101`` for failures, ``WSGR101`` for conditional findings and, in the
strict mode, undecided ones. The verdicts come from our own reading of the file (see ``cfnlint_verdicts``); cfn-lint
filters and prints them. Only rule classes are attributes of this module, because cfn-lint instantiates all it finds.
"""

from s3_glue_rules.hosts import cfnlint_verdicts as _verdicts

globals().update(_verdicts.rule_classes())
