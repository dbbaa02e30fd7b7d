#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-only
# check-pumpctl.sh SOURCE PROGRAM: pumpctl(1) and the completion name every
# command and option of the program, and nothing else.
set -eu
program=$(realpath "$2")
cd "$1"
page=data/pumpctl.1
completion=data/completion/pumpctl
LC_ALL=C
export LC_ALL
status=0

complain ()
{
  echo "$*"
  status=1
}

commands=$("$program" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "$(echo "$commands" | wc -w)" -ge 11 ] || complain "$program --help lists no commands"

# options COMMAND: of its --help, without those of all
options ()
{
  "$program" $1 --help | sed -n 's/^  \(-[a-z], \)\{0,1\}--\([a-z-]*\).*/\2/p'
}

# part COMMAND: what the page says of it
part ()
{
  awk -v item=".It Cm $1" '
    /^\.It Cm / { is_in = ($0 == item || index($0, item " ") == 1) }
    is_in' "$page"
}

common=$(options '' | tr '\n' ' ')
for option in $common; do
  grep -q "^\.It Fl Fl $option\( \|\$\)" "$page" || complain "$page does not name --$option"
  bash -c '. "$1"; _pumpctl_options none' - "$completion" | grep -qx -e "--$option" ||
    complain "$completion does not name --$option"
done
for command in $commands; do
  part "$command" | grep -q . || complain "$page does not name the command $command"
  COMP_LINE='pumpctl ' bash -c '. "$1"; arguments=(); _pumpctl_next' - "$completion" |
    grep -qx "$command" || complain "$completion does not name the command $command"
  offered=$(bash -c '. "$1"; _pumpctl_options "$2"' - "$completion" "$command")
  known=$(options "$command")
  for option in $known; do
    echo "$offered" | grep -qx -e "--$option" ||
      complain "$completion does not name --$option of $command"
    case " $common" in *" $option "*) continue ;; esac
    part "$command" | grep -q "^\.It Fl Fl $option\( \|\$\)" ||
      complain "$page does not name --$option of $command"
  done
  for option in $offered; do
    echo "$known" | grep -qx -e "${option#--}" ||
      complain "$completion: $command has no $option"
  done
done
for code in $(sed -n 's/^#define SP_CTL_EXIT_[A-Z_]* \([0-9]*\).*/\1/p' src/pumpctl/sp-ctl-options.h); do
  grep -q "^\.It $code\$" "$page" || complain "$page does not name exit status $code"
done
for name in $(grep -rhoE 'g_getenv \("[A-Z_]*"' src/pumpctl | cut -d'"' -f2 | sort -u); do
  [ "$name" = TERM ] || grep -q "^\.It Ev $name\$" "$page" || complain "$page does not name $name"
done
kinds=$(sed -n 's/^SP_EVENT (\([a-z_]*\),.*/\1/p' src/stats/sp-events.def | sort)
[ "$(bash -c '. "$1"; _pumpctl_kinds' - "$completion" | sort)" = "$kinds" ] ||
  complain "$completion: the kinds are not those of src/stats/sp-events.def"
exit $status
