"""Which property of a Glue connection enforces TLS, by connection type.

Source: https://docs.aws.amazon.com/glue/latest/dg/connection-properties.html. JDBC_ENFORCE_SSL and ENFORCE_SSL are
false unless they are written, KAFKA_SSL_ENABLED is true.
"""

from __future__ import annotations

UNIFIED_FLAG = "ENFORCE_SSL"
_UNIFIED = ("MYSQL", "POSTGRESQL", "ORACLE", "SQLSERVER", "REDSHIFT", "DOCUMENTDB")

TLS_FLAGS = {
    "JDBC": "JDBC_ENFORCE_SSL",
    "KAFKA": "KAFKA_SSL_ENABLED",
    **dict.fromkeys(_UNIFIED, UNIFIED_FLAG),
}
ON_BY_DEFAULT = frozenset({"KAFKA_SSL_ENABLED"})

# Properties that skip the check of the server's certificate.
UNCHECKED_FLAGS = {"JDBC": "SKIP_CUSTOM_JDBC_CERT_VALIDATION", "KAFKA": "KAFKA_SKIP_CUSTOM_CERT_VALIDATION"}

# Databases with connectors of the newer kind of which the documentation does not say that they take ENFORCE_SSL.
OTHER_DATABASES = frozenset(
    {
        "AZURECOSMOS",
        "AZURESQL",
        "CLOUDERAHIVE",
        "CLOUDERAIMPALA",
        "DB2",
        "DB2AS400",
        "HBASE",
        "SAPHANA",
        "SYNAPSE",
        "TERADATA",
        "TERADATANOS",
        "VERTICA",
    }
)
