"""Generates the clients from openapi.yaml, and fails where a generator leaves an operation out or understands one only in part.

    generate.py FOLDER    # makes FOLDER/scrip_client (Python) and FOLDER/typescript
"""

import importlib
import json
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

# Bodies that the generator of Python does not know. Each of these operations takes JSON, too.
OTHER_BODIES = {"application/x-ndjson", "application/x-protobuf", "application/yaml"}
# What the generator of TypeScript says of every document of OpenAPI 3.1, and of the schemas that it only writes examples of.
KNOWN_WARNINGS = ("OpenAPI 3.1 support is still in beta", "ExampleGenerator", "Failed to get the schema name: null")

TOOLS = Path(sys.executable).parent


def generate(*command):
    done = subprocess.run([str(TOOLS / command[0]), *command[1:]], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-4000:]}")
    return done.stdout


def operations():
    text = Path("openapi.yaml").read_text()
    return set(re.findall(r"^      operationId: (\w+)$", text, re.MULTILINE))


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def python(folder):
    said = generate("openapi-python-client", "generate", "--path", "openapi.yaml", "--output-path", f"{folder}/scrip_client",
                    "--meta", "none")
    warnings = re.findall(r"^(?:WARNING|ERROR)[^\n]*\n+([^\n]*)", said, re.MULTILINE)
    unknown = [line for line in warnings
               if line.removeprefix("Unsupported content type ") not in OTHER_BODIES and "ruff" not in line]
    if unknown:
        sys.exit(f"openapi-python-client warns: {unknown}\n{said[-4000:]}")
    made = {file.stem for file in Path(f"{folder}/scrip_client/api").glob("*/*.py")}
    if missing := {name for name in operations() if snake(name) not in made}:
        sys.exit(f"openapi-python-client leaves out {sorted(missing)}")
    for file in Path(f"{folder}/scrip_client").rglob("*.py"):
        # Python does not ask whether something is a list of something.
        if "isinstance" in (text := file.read_text()) and re.search(r"isinstance\([^)\n]*\b(?:list|dict)\[", text):
            sys.exit(f"{file} asks what Python cannot answer: a body is a list, or one of several")
    sys.path.insert(0, folder)
    for module in pkgutil.walk_packages([f"{folder}/scrip_client"], "scrip_client."):
        importlib.import_module(module.name)


def typescript(folder):
    said = generate("openapi-generator-cli", "generate", "--generator-name", "typescript-fetch", "--input-spec", "openapi.yaml",
                    "--output", f"{folder}/typescript")
    warnings = [line for line in said.splitlines()
                if re.search(r"\b(WARN|ERROR)\b", line) and not any(known in line for known in KNOWN_WARNINGS)]
    if warnings:
        sys.exit("openapi-generator-cli warns:\n" + "\n".join(warnings))
    text = "".join(file.read_text() for file in Path(f"{folder}/typescript/apis").glob("*.ts"))
    if missing := {name for name in operations() if f" async {name}(" not in text}:
        sys.exit(f"openapi-generator-cli leaves out {sorted(missing)}")
    settings = {
        # Without `noImplicitAny`: the client narrows types by `in`, which Debian's compiler does not follow.
        "compilerOptions": {"target": "es2020", "module": "commonjs", "lib": ["es2020", "dom"], "strict": True,
                            "noImplicitAny": False, "types": [], "outDir": "../javascript"},
        "include": ["**/*.ts"],
    }
    Path(f"{folder}/typescript/tsconfig.json").write_text(json.dumps(settings))


python(sys.argv[1])
typescript(sys.argv[1])
print(f"{len(operations())} operations in each client")
