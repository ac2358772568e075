# bash completion for pilegate; made by `npm run docs`
_pilegate() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} at= word words i
  # --option=value comes as three words
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      --config | --lang | --station-id | --station-name | --gate-url | --dialect | --port-name | --park-id | --key-file | --broker-url | --event | --topic | --report | --state | --device | --plate | --since | --until | --limit | --reason | --source | --set | --why | --kind | --order | --who | --column | --encoding | --unit | --to | --format | --output | --level | --host | --port | --service | --service-field | --money-unit | --app-id | --body-encoding | --operator-id | --lot-by | --token-seconds | --operator-secret-file | --data-secret-file | --data-secret-iv-file | --sig-secret-file | --fault | --tls-cert | --tls-key | --tls-ca | --url | --piles | --rate | --count | --duration | --repeats | --seed | --username | --password-file | --ca | --boxes | --changes | --broker | --settle | --listen | --seconds)
        [[ ${COMP_WORDS[i + 1]} != = ]] || ((i++))
        ((i++))
        continue
        ;;
    esac
    case "$at $word" in
      ' run') at='run' ;;
      ' init') at='init' ;;
      ' check') at='check' ;;
      ' doctor') at='doctor' ;;
      ' gate-test') at='gate-test' ;;
      ' status') at='status' ;;
      ' records') at='records' ;;
      'records list') at='records list' ;;
      'records show') at='records show' ;;
      'records retry') at='records retry' ;;
      'records park') at='records park' ;;
      'records resend') at='records resend' ;;
      ' quarantine') at='quarantine' ;;
      'quarantine list') at='quarantine list' ;;
      'quarantine show') at='quarantine show' ;;
      'quarantine replay') at='quarantine replay' ;;
      'quarantine discard') at='quarantine discard' ;;
      ' alerts') at='alerts' ;;
      'alerts test') at='alerts test' ;;
      ' audit') at='audit' ;;
      ' reconcile') at='reconcile' ;;
      ' backup') at='backup' ;;
      ' bundle') at='bundle' ;;
      ' outbox') at='outbox' ;;
      'outbox rollback') at='outbox rollback' ;;
      ' export') at='export' ;;
      ' sign') at='sign' ;;
      ' verify') at='verify' ;;
      ' logs') at='logs' ;;
      ' simulate') at='simulate' ;;
      'simulate gate') at='simulate gate' ;;
      'simulate piles') at='simulate piles' ;;
      'simulate broker') at='simulate broker' ;;
      'simulate fleet') at='simulate fleet' ;;
      ' fleet') at='fleet' ;;
      ' capture') at='capture' ;;
      ' test') at='test' ;;
      ' demo') at='demo' ;;
      ' help') at=help ;;
    esac
  done
  COMPREPLY=()
  case "$at $prev" in
    *' --config') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    *' --lang') mapfile -t COMPREPLY < <(compgen -W 'zh en' -- "$cur"); return ;;
    'init --station-id') return ;;
    'init --station-name') return ;;
    'init --gate-url') return ;;
    'init --dialect') mapfile -t COMPREPLY < <(compgen -W 'carpark keytop bolink teld' -- "$cur"); return ;;
    'init --port-name') return ;;
    'init --park-id') return ;;
    'init --key-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'init --broker-url') return ;;
    'check --event') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'check --topic') return ;;
    'gate-test --report') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'records list --state') mapfile -t COMPREPLY < <(compgen -W 'waiting pending delivered parked' -- "$cur"); return ;;
    'records list --device') return ;;
    'records list --plate') return ;;
    'records list --since') return ;;
    'records list --until') return ;;
    'records list --limit') return ;;
    'records retry --reason') return ;;
    'records retry --source') return ;;
    'records retry --device') return ;;
    'records retry --since') return ;;
    'records retry --set') return ;;
    'records retry --why') return ;;
    'records park --reason') return ;;
    'records park --source') return ;;
    'records park --device') return ;;
    'records park --since') return ;;
    'records park --why') return ;;
    'records resend --why') return ;;
    'records resend --set') return ;;
    'quarantine list --state') mapfile -t COMPREPLY < <(compgen -W 'open replayed discarded dropped' -- "$cur"); return ;;
    'quarantine list --kind') mapfile -t COMPREPLY < <(compgen -W 'unmappable conflict expired' -- "$cur"); return ;;
    'quarantine list --since') return ;;
    'quarantine list --until') return ;;
    'quarantine list --limit') return ;;
    'quarantine replay --reason') return ;;
    'quarantine replay --source') return ;;
    'quarantine replay --device') return ;;
    'quarantine replay --since') return ;;
    'quarantine replay --set') return ;;
    'quarantine replay --why') return ;;
    'quarantine discard --reason') return ;;
    'quarantine discard --source') return ;;
    'quarantine discard --device') return ;;
    'quarantine discard --since') return ;;
    'quarantine discard --why') return ;;
    'audit --order') return ;;
    'audit --who') return ;;
    'audit --since') return ;;
    'audit --until') return ;;
    'audit --limit') return ;;
    'reconcile --column') return ;;
    'reconcile --encoding') mapfile -t COMPREPLY < <(compgen -W 'auto utf-8 gb18030' -- "$cur"); return ;;
    'reconcile --since') return ;;
    'reconcile --until') return ;;
    'bundle --unit') return ;;
    'outbox rollback --to') return ;;
    'export --state') mapfile -t COMPREPLY < <(compgen -W 'waiting pending delivered parked' -- "$cur"); return ;;
    'export --device') return ;;
    'export --plate') return ;;
    'export --since') return ;;
    'export --until') return ;;
    'export --format') mapfile -t COMPREPLY < <(compgen -W 'csv ndjson' -- "$cur"); return ;;
    'export --output') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'sign --key-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'verify --key-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'logs --order') return ;;
    'logs --device') return ;;
    'logs --level') mapfile -t COMPREPLY < <(compgen -W 'error warn info debug' -- "$cur"); return ;;
    'logs --since') return ;;
    'logs --unit') return ;;
    'simulate gate --host') return ;;
    'simulate gate --port') return ;;
    'simulate gate --key-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate gate --park-id') return ;;
    'simulate gate --dialect') mapfile -t COMPREPLY < <(compgen -W 'strict mux gin php carpark keytop bolink teld' -- "$cur"); return ;;
    'simulate gate --service') return ;;
    'simulate gate --service-field') return ;;
    'simulate gate --money-unit') mapfile -t COMPREPLY < <(compgen -W 'yuan fen' -- "$cur"); return ;;
    'simulate gate --app-id') return ;;
    'simulate gate --body-encoding') mapfile -t COMPREPLY < <(compgen -W 'base64 json' -- "$cur"); return ;;
    'simulate gate --operator-id') return ;;
    'simulate gate --lot-by') mapfile -t COMPREPLY < <(compgen -W 'ParkID StationID' -- "$cur"); return ;;
    'simulate gate --token-seconds') return ;;
    'simulate gate --operator-secret-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate gate --data-secret-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate gate --data-secret-iv-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate gate --sig-secret-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate gate --fault') return ;;
    'simulate gate --tls-cert') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate gate --tls-key') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate gate --tls-ca') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate piles --url') return ;;
    'simulate piles --piles') return ;;
    'simulate piles --rate') return ;;
    'simulate piles --count') return ;;
    'simulate piles --duration') return ;;
    'simulate piles --repeats') return ;;
    'simulate piles --seed') return ;;
    'simulate piles --username') return ;;
    'simulate piles --password-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate piles --ca') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'simulate broker --host') return ;;
    'simulate broker --port') return ;;
    'simulate fleet --url') return ;;
    'simulate fleet --boxes') return ;;
    'simulate fleet --changes') return ;;
    'fleet --broker') return ;;
    'fleet --topic') return ;;
    'fleet --username') return ;;
    'fleet --password-file') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'fleet --ca') compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
    'fleet --settle') return ;;
    'fleet --listen') return ;;
    'capture --output') return ;;
    'capture --seconds') return ;;
    'capture --count') return ;;
  esac
  if [[ $cur == -* ]]; then
    case $at in
      '') words='--version --config --lang' ;;
      'run') words='' ;;
      'init') words='--station-id --station-name --gate-url --dialect --port-name --park-id --key-file --broker-url --yes' ;;
      'check') words='--event --topic --json' ;;
      'doctor') words='--send-test-record --json' ;;
      'gate-test') words='--yes --report --json' ;;
      'status') words='--check --watch --json' ;;
      'records') words='' ;;
      'records list') words='--state --device --plate --since --until --limit --json' ;;
      'records show') words='--json' ;;
      'records retry') words='--reason --source --device --since --dry-run --yes --parked --set --why --json' ;;
      'records park') words='--reason --source --device --since --dry-run --yes --why --json' ;;
      'records resend') words='--why --set --dry-run --yes --json' ;;
      'quarantine') words='' ;;
      'quarantine list') words='--state --kind --since --until --limit --json' ;;
      'quarantine show') words='--json' ;;
      'quarantine replay') words='--reason --source --device --since --dry-run --yes --all --set --why --json' ;;
      'quarantine discard') words='--reason --source --device --since --dry-run --yes --why --json' ;;
      'alerts') words='' ;;
      'alerts test') words='--json' ;;
      'audit') words='--order --who --since --until --limit --json' ;;
      'reconcile') words='--column --encoding --since --until --json' ;;
      'backup') words='--verify --json' ;;
      'bundle') words='--unit' ;;
      'outbox') words='' ;;
      'outbox rollback') words='--to --yes --json' ;;
      'export') words='--state --device --plate --since --until --format --output --bom' ;;
      'sign') words='--key-file --sign-empty-fields --explain' ;;
      'verify') words='--key-file --sign-empty-fields --explain' ;;
      'logs') words='--follow --order --device --level --since --unit --json' ;;
      'simulate') words='' ;;
      'simulate gate') words='--host --port --key-file --park-id --dialect --service --service-field --sign-empty-fields --no-sign-empty-fields --money-unit --app-id --body-encoding --operator-id --lot-by --token-seconds --operator-secret-file --data-secret-file --data-secret-iv-file --sig-secret-file --grant-repeats --fault --tls-cert --tls-key --tls-ca --json' ;;
      'simulate piles') words='--url --piles --rate --count --duration --repeats --seed --username --password-file --ca --quiet --json' ;;
      'simulate broker') words='--host --port --json' ;;
      'simulate fleet') words='--url --boxes --changes' ;;
      'fleet') words='--broker --topic --username --password-file --ca --settle --watch --json --listen' ;;
      'capture') words='--output --seconds --count --plain --json' ;;
      'test') words='--update --json' ;;
      'demo') words='--json' ;;
    esac
    words="$words --help --config --lang"
  else
    case $at in
      '') words='run init check doctor gate-test status records quarantine alerts audit reconcile backup bundle outbox export sign verify logs simulate fleet capture test demo help' ;;
      'records') words='list show retry park resend' ;;
      'quarantine') words='list show replay discard' ;;
      'alerts') words='test' ;;
      'outbox') words='rollback' ;;
      'simulate') words='gate piles broker fleet' ;;
      'help') words='run init check doctor gate-test status records quarantine alerts audit reconcile backup bundle outbox export sign verify logs simulate fleet capture test demo' ;;
    esac
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur" | sort -u)
}
complete -F _pilegate pilegate
