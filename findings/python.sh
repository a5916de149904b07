# Sourced by the scripts beside it: `in_python "PACKAGE==VERSION …"` runs a program from standard input with just these.
in_python() {
  local home; home=$(mktemp -d)
  trap 'rm -rf "$home"' RETURN
  python3 -m venv "$home/env"
  # shellcheck disable=SC2086
  "$home/env/bin/pip" install --quiet --disable-pip-version-check $1
  "$home/env/bin/python" -W ignore -
}
