"""What values of Python code may be: followed where that is certain, silent where it is not."""

from __future__ import annotations

import sys

import pytest

from s3_glue_rules.scan import MOST_CALLS
from tests.support.python_code import printed, read

# As in a scan: values lead through one another.
sys.setrecursionlimit(max(sys.getrecursionlimit(), MOST_CALLS))

VALUES = {
    "constants": ("print('a')", ["'a'"]),
    "names": ("x = b'a'\ny = x\nprint(y)", ["b'a'"]),
    "joined": ("x = 'a' + 'b'\nprint(f'{x}c')", ["'abc'"]),
    "bytes repeated": ("print(b'0' * 3)", ["b'000'"]),
    "bytes and texts do not join": ("print(b'0' + '1')", ["?"]),
    "numbers do not join": ("print(1 + 2)", ["?"]),
    "sliced": ("print('abcdef'[:3])", ["'abc'"]),
    "negative": ("print(-1)", ["-1"]),
    "not": ("print(not True)", ["False"]),
    "aliases": ("import boto3 as b\nprint(b.client)", ["boto3.client"]),
    "from": ("from a.b import c as d\nprint(d.e)", ["a.b.c.e"]),
    "module of a package": ("import a.b.c\nprint(a.b.c.d)", ["a.b.c.d"]),
    "relative imports are not followed": ("from . import keys\nprint(keys)", ["?"]),
    "star": ("from aws_encryption_sdk import *\nprint(CommitmentPolicy)", ["aws_encryption_sdk.CommitmentPolicy"]),
    "two stars": ("from a import *\nfrom b import *\nprint(c)", ["?"]),
    "star and names of the language": ("from a import *\nprint(open)", ["open"]),
    "unknown": ("print(nothing)", ["?"]),
    "branches": ("if a():\n  x = 1\nelse:\n  x = 2\nprint(x)", ["1 | 2"]),
    "branch that leaves": (
        "def f(a):\n  x = 1\n  if a:\n    x = 2\n    return\n  print(x)",
        ["1"],
    ),
    "reassigned": ("x = 1\nx = 2\nprint(x)", ["2"]),
    "loop": ("x = 1\nfor i in y():\n  print(x)\n  x = 2\nprint(x)", ["2 | 1", "2 | 1"]),
    "items of a loop": ("for x in ('a', 'b'):\n  print(x)", ["'a' | 'b'"]),
    "try": ("try:\n  x = 1\n  a()\nexcept E:\n  x = 2\nprint(x)", ["1 | 2"]),
    "conditional": ("print(1 if a() else 2)", ["1 | 2"]),
    "or": ("print(a.b or 2)", ["?.b | 2"]),
    "match": ("x = 0\nmatch a():\n  case 1:\n    x = 1\n  case _:\n    x = 2\nprint(x)", ["1 | 2 | 0"]),
    "unpacked": ("a, (b, c) = 1, (2, 3)\nprint(c)", ["3"]),
    "parts of a result": ("import m\na, b = m.f()\nprint(b)", ["m.f()[1]"]),
    "walrus": ("if (x := 1):\n  print(x)", ["1"]),
    "deleted": ("x = 1\ndel x\nprint(x)", ["?"]),
    "dictionary": ("x = {'a': 1, **{'b': 2}}\nprint(x)", ["{a: 1, b: 2}"]),
    "dict()": ("print(dict(a=1, **{'b': 2}))", ["{b: 2, a: 1}"]),
    "the last one wins": ("print({**{'a': 1}, 'a': 2})", ["{a: 2}"]),
    "key that is not known": ("print({k(): 1})", ["{...}"]),
    "item set": ("x = {}\nx['a'] = 1\nprint(x)", ["{a: 1}"]),
    "item set in a branch": ("x = {}\nif a():\n  x['a'] = 1\nprint(x)", ["{a: 1} | {}"]),
    "update": ("x = {'a': 1}\nx.update({'b': 2}, c=3)\nprint(x)", ["{a: 1, b: 2, c: 3}"]),
    "setdefault": ("x = {'a': 1}\nx.setdefault('a', 2)\nprint(x)", ["{a: 1}"]),
    "union": ("print({'a': 1} | {'b': 2})", ["{a: 1, b: 2}"]),
    "item of a dictionary": ("x = {'a': {'b': 1}}\nprint(x['a']['b'])", ["1"]),
    "get of a dictionary": ("x = {'a': 1}\nprint(x.get('a'))", ["1"]),
    "append": ("x = [1]\nx.append(2)\nprint(x)", ["[1, 2]"]),
    "format": ("import m\nprint('{}-x'.format(m.f()))", ["f('{}-x', m.f())"]),
    "percent": ("import m\nprint('%s' % m.f())", ["f('%s', m.f())"]),
    "environment": ("import os\nprint(os.environ['A'])", ["<environment variable A>"]),
    "environment with a default": ("import os\nprint(os.environ.get('A', 'b'))", ["<environment variable A>"]),
    "getenv": ("from os import getenv\nprint(getenv('A'))", ["<environment variable A>"]),
    "job argument": (
        (
            "import sys\nfrom awsglue.utils import getResolvedOptions\nargs = getResolvedOptions(sys.argv, ['a'])\n"
            "print(args['a'])"
        ),
        ["<job argument a>"],
    ),
    "parameter": ("def f(x):\n  print(x)", ["<parameter x>"]),
    "parameter with a default": ("def f(x=1):\n  print(x)", ["1 | <parameter x>"]),
    "callers": ("def f(x):\n  print(x)\nf(1)\nf(x=2)", ["1", "2"]),
    "callers of callers": ("def f(x):\n  print(x)\ndef g(y):\n  f(y)\ng(3)", ["3"]),
    "arguments stay together": (
        "def f(x, y):\n  print((x, y))\nf(1, 2)\nf(3, 4)",
        ["[1, 2]", "[3, 4]"],
    ),
    "rest of the keywords": ("def f(**k):\n  print(k)\nf(a=1)", ["{a: 1}"]),
    "rest of the arguments": ("def f(*k):\n  print(k)\nf(1, 2)", ["[1, 2]"]),
    "results": ("def f():\n  return 1\nprint(f())", ["1"]),
    "results with arguments": ("def f(x):\n  return {'a': x}\nprint(f(1))\nprint(f(2))", ["{a: 1}", "{a: 2}"]),
    "one of several results": ("def f(x):\n  if x:\n    return 1\n  return 2\nprint(f(a()))", ["1 | 2"]),
    "recursion": ("def f(x):\n  if x:\n    return f(x)\n  return 2\nprint(f(1))", ["2"]),
    "endless recursion": ("def f(x):\n  return f(x)\nprint(f(1))", ["?"]),
    "attributes": ("class A:\n  def __init__(self):\n    self.x = 1\n  def f(self):\n    print(self.x)", ["1"]),
    "attributes from outside": (
        "class A:\n  def __init__(self, x):\n    self.x = x\n  def f(self):\n    print(self.x)\nA(1)",
        ["1"],
    ),
    "attributes of an instance": ("class A:\n  x = 1\na = A()\nprint(a.x)", ["1"]),
    "attributes of a base": ("class A:\n  x = 1\nclass B(A):\n  def f(self):\n    print(self.x)", ["1"]),
    "property": ("class A:\n  @property\n  def x(self):\n    return 1\n  def f(self):\n    print(self.x)", ["1"]),
    "method": ("class A:\n  def x(self, y):\n    return y\n  def f(self):\n    print(self.x(2))", ["2"]),
    "static method": ("class A:\n  @staticmethod\n  def x(y):\n    return y\nprint(A.x(2))", ["2"]),
    "names of a class are not those of its methods": ("x = 1\nclass A:\n  x = 2\n  def f(self):\n    print(x)", ["1"]),
    "local names hide those of the module": ("x = 1\ndef f():\n  print(x)\n  x = 2", ["?"]),
    "variables of the module": ("def f():\n  print(x)\nx = 1", ["1"]),
    "variables that functions set": (
        "x = None\ndef g():\n  global x\n  x = 2\ndef f():\n  print(x)",
        ["None | 2"],
    ),
    "closures": ("def f():\n  x = 1\n  def g():\n    print(x)\n  return g", ["1"]),
    "nonlocal": ("def f():\n  x = 1\n  def g():\n    nonlocal x\n    print(x)\n    x = 2\n  g()", ["1"]),
    "comprehension": ("print([x for x in ('a',)])", ["['a', ...]"]),
    "names of a comprehension stay inside": ("x = 1\n[x for x in (2,)]\nprint(x)", ["1"]),
    "with": ("import m\nwith m.f() as x:\n  print(x)", ["m.f()"]),
    "await": ("import m\nasync def f():\n  print(await m.g())", ["m.g()"]),
    "generator": ("def f():\n  yield 1\nprint(f())", ["1"]),
    "copy": ("import copy\nprint(copy.deepcopy({'a': 1}))", ["{a: 1}"]),
    "getattr": ("import m\nprint(getattr(m, 'f'))", ["m.f"]),
    "circle": ("x = y\ny = x\nprint(y)", ["?"]),
    "joined by an empty text": ("print(''.join(['a', 'b']))", ["'ab'"]),
}


@pytest.mark.parametrize(("text", "wanted"), VALUES.values(), ids=VALUES.keys())
def test_values(text: str, wanted: list[str]) -> None:
    assert printed(text) == wanted


APIS = {
    "client": ("import boto3\nboto3.client('s3').put_object()", "boto3.s3.put_object"),
    "client by keyword": ("import boto3\nboto3.client(service_name='kms').decrypt()", "boto3.kms.decrypt"),
    "session": ("from boto3 import Session\nSession().client('s3').put_object()", "boto3.s3.put_object"),
    "session of the module": ("import boto3\nboto3.session.Session().client('s3').put_object()", "boto3.s3.put_object"),
    "resource": ("import boto3\nboto3.resource('s3').Object('b', 'k').put()", "boto3.s3.Object.put"),
    "object of a bucket": ("import boto3\nboto3.resource('s3').Bucket('b').Object('k').put()", "boto3.s3.Object.put"),
    "client of a resource": ("import boto3\nboto3.resource('s3').meta.client.copy()", "boto3.s3.copy"),
    "client of another service": ("import boto3\nboto3.client('ec2').run()", "boto3.ec2.run"),
    "client of an unknown service": ("import boto3\nboto3.client(s).run()", ""),
    "client in a branch": (
        (
            "import boto3\nclass A:\n  def __init__(self, c=None):\n    self.c = c or boto3.client('s3')\n"
            "  def f(self):\n    self.c.run()\nA()"
        ),
        "boto3.s3.run",
    ),
    "handed in": ("def f(c):\n  c.put_object(Bucket='b')", "boto3.s3.put_object"),
    "handed in, of something else": ("def f(c):\n  c.put_object('b')", ""),
    "handed in, encryption client": (
        "def f(c):\n  c.encrypt(source=b'', keyring=k)",
        "aws_encryption_sdk.EncryptionSDKClient.encrypt",
    ),
    "cipher": (
        "from cryptography.hazmat.primitives.ciphers.aead import AESGCM\nAESGCM(k).encrypt()",
        "cryptography.AESGCM.encrypt",
    ),
    "other ciphers": ("from Cryptodome.Cipher import AES\nAES.new(k).encrypt()", "Crypto.AES.new.encrypt"),
    "member of an enumeration": (
        "import aws_encryption_sdk.identifiers as i\ni.CommitmentPolicy.FORBID()",
        "aws_encryption_sdk.CommitmentPolicy.FORBID",
    ),
    "function of the module": ("def f():\n  pass\nf()", ""),
    "async client": (
        "import aioboto3\nasync def f():\n  async with aioboto3.Session().client('s3') as c:\n    await c.put_object()",
        "boto3.s3.put_object",
    ),
}


@pytest.mark.parametrize(("text", "wanted"), APIS.values(), ids=APIS.keys())
def test_names_of_what_is_called(text: str, wanted: str) -> None:
    assert wanted in [call.api for call in read(text).calls]


def test_mappings_that_may_differ_make_several_calls() -> None:
    module = read("import m\nx = {}\nif a():\n  x['k'] = 1\nm.f(b=2, **x)")
    assert [sorted(call.keywords) for call in module.calls if call.api == "m.f"] == [["b", "k"], ["b"]]


def test_a_mapping_that_is_not_known_may_hold_anything() -> None:
    module = read("import m\ndef f(**k):\n  m.f(**k)\ndef g(k):\n  m.g(*k)")
    calls = {call.api: call for call in module.calls}
    assert not calls["m.f"].is_complete
    assert not calls["m.g"].is_complete


def test_names_that_may_be_missing_are_guarded() -> None:
    text = """
        try:
            from aws_encryption_sdk import encrypt
        except ImportError:
            encrypt = None
        import aws_encryption_sdk
        if hasattr(aws_encryption_sdk, "decrypt"):
            aws_encryption_sdk.decrypt()
        aws_encryption_sdk.stream()
    """
    names = {name.name: name.is_guarded for name in read(text).names}
    assert names == {
        "aws_encryption_sdk.encrypt": True,
        "aws_encryption_sdk": False,
        "aws_encryption_sdk.decrypt": True,
        "aws_encryption_sdk.stream": False,
    }


def test_texts_stand_under_names() -> None:
    text = """
        import base64
        KEY = base64.b64decode("a2V5")
        f(key="k", other={"entry": b"e"})
        def g(parameter="p"):
            self.attribute = "x".encode()
        table["item"] = "i"
    """
    named = {(name.name, name.value.value) for name in read(text).named}
    assert named == {
        ("KEY", "a2V5"),
        ("key", "k"),
        ("entry", b"e"),
        ("parameter", "p"),
        ("attribute", "x"),
        ("item", "i"),
    }


def test_what_is_kept_and_returned_is_told() -> None:
    text = """
        def f(x):
            self.a = x
            table["b"] = x
            if x:
                return x
            yield x
    """
    module = read(text)
    assert [stored.place for stored in module.stored] == ["the attribute a", "the item 'b'"]
    assert len(module.returned) == 2


@pytest.mark.skipif(sys.version_info < (3, 11), reason="except* came with Python 3.11")
def test_groups_of_exceptions() -> None:
    assert printed("try:\n  x = 1\n  a()\nexcept* E:\n  x = 2\nprint(x)") == ["1 | 2"]


def test_functions_that_call_one_another_in_many_ways_end() -> None:
    functions = [f"def f{n}(x):\n  if x:\n    return f{n + 1}(x)\n  return f{n + 1}({n})\n" for n in range(60)]
    assert printed("".join(functions) + "def f60(x):\n  return x\nprint(f0(1))")
    circles = [f"def f{n}(x):\n  return f{(n * 7 + 1) % 40}(f{(n * 5 + 3) % 40}(x))\n" for n in range(40)]
    assert printed("".join(circles) + "print(f0(1))")
    chain = "x = m()\n" + "x = x.a(1).b(x)\n" * 300 + "print(x)"
    assert len(printed(chain)) == 1
