"""Names by which data keys and random keys, and the places where they must not go, are known.

A test goes through each of them.
"""

from __future__ import annotations

# https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html, API_GenerateDataKeyPair.html
PLAINTEXT_PARTS = {
    "boto3.kms.generate_data_key": "Plaintext",
    "boto3.kms.generate_data_key_pair": "PrivateKeyPlaintext",
}
CIPHERTEXT_PARTS = {
    "boto3.kms.generate_data_key": "CiphertextBlob",
    "boto3.kms.generate_data_key_pair": "PrivateKeyCiphertextBlob",
}

# Methods of loggers, and of what writes.
LEVELS = {"debug", "info", "warning", "warn", "error", "critical", "exception", "log"}
WRITES = {"write", "writelines", "write_bytes", "write_text", "writestr", "send", "sendall"}
DUMPS = {"json.dump", "pickle.dump", "numpy.save", "joblib.dump", "torch.save"}
# What hands over to other hosts and processes: commands stand in the list of processes.
SENDS = ("requests.", "httpx.", "urllib.request.", "subprocess.", "os.system", "os.popen")
# Operations of boto3's clients and tables that are known by their names alone.
OPERATIONS = {"put_item", "update_item", "send_message", "publish", "put_record", "put_records", "put_object"}
IN_MEMORY = {"io.BytesIO", "io.StringIO", "tempfile.SpooledTemporaryFile"}
# Services that encrypt what they are handed, and give it to those only whom a policy allows.
KEEPERS = ("boto3.kms.", "boto3.secretsmanager.")

# What makes random keys.
RANDOM_KEYS = {
    "os.urandom",
    "secrets.token_bytes",
    "secrets.token_hex",
    "random.randbytes",
    "Crypto.get_random_bytes",
    "cryptography.Fernet.generate_key",
    *(f"cryptography.{name}.generate_key" for name in ("AESGCM", "AESGCMSIV", "AESCCM", "AESOCB3", "AESSIV")),
    "cryptography.ChaCha20Poly1305.generate_key",
}
# Methods of ciphers that encrypt; those that do neither that nor keep the key; functions that keep nothing of it.
ENCRYPTS = {"encrypt", "encryptor", "encrypt_and_digest", "encrypt_at_time"}
OPERATES = {"update", "digest", "hexdigest"}
FORGETS = {"len", "type", "isinstance"}
# What holds ciphers, and so their keys.
CIPHERS = ("cryptography.Cipher", "cryptography.MultiFernet")
