# shellcheck shell=bash
# Sourced by the scripts of ops/: one long command at a time, its output in a log, its progress on standard error.

# fancy: whether standard error is a terminal that may be drawn on.
fancy() { [[ -t 2 && ${CI:-} != true && ${TERM:-dumb} != dumb ]]; }

# Shows the log's last line until killed: redrawn in place on a terminal, else one line every 20 s.
show_progress() {
  local title=$1 log=$2 shown=1000 wait_s=0.2 line nap
  # A read that times out, not sleep: a killed subshell would leave its sleep behind, holding the caller's output open.
  exec {nap}<> <(:)
  # Most steps have nothing to do and should say nothing.
  read -rt 1 -u "$nap" || true
  while kill -0 $$ 2>/dev/null; do
    line=$(tail -n 1 "$log" 2>/dev/null | tr -d '\000\r') || line=
    if fancy; then
      line="$title: $line"
      printf '\r\033[K%s' "${line:0:$((${COLUMNS:-80} - 1))}" >&2
    elif ((++shown >= 100)); then
      printf '%s: %s\n' "$title" "$line" >&2
      shown=0
    fi
    read -rt "$wait_s" -u "$nap" || true
  done
}

# step TITLE LOG COMMAND...: runs the command with its output in LOG. Silent when it ends within a second and well; on a
# failure the log's end and its name. Returns the command's exit status.
step() {
  local title=$1 log=$2 status=0 reporter
  shift 2
  mkdir -p "$(dirname "$log")"
  : >"$log"
  show_progress "$title" "$log" &
  reporter=$!
  "$@" >>"$log" 2>&1 </dev/null || status=$?
  kill "$reporter" 2>/dev/null || true
  wait "$reporter" 2>/dev/null || true
  if fancy; then printf '\r\033[K' >&2; fi
  if ((status)); then
    tail -n 40 "$log" >&2
    echo "$title: failed with exit status $status; the whole log is $log" >&2
  fi
  return "$status"
}
