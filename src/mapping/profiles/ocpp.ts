import { at, type Profile, SESSION_KEEP_MS } from './profile.ts';

/**
 * Where a payload of OCPP is: alone, in a frame of OCPP-J (`[2, id, action, payload]`, OCPP-J 1.6 section 4.2), or
 * beside an `action` as back ends republish it.
 */
const OCPP = ['', '[3].', 'payload.'];

/** The same in an expression. */
const payloadWith = (member: string) =>
  `($type($) = 'array' ? $[3] : $exists(payload.${member}) ? payload : $)`;

/** Readings of the energy register in a list of meter values: OCPP says it is meant where no measurand is named. */
const REGISTER =
  "sampledValue[($exists(measurand) ? measurand : 'Energy.Active.Import.Register') = 'Energy.Active.Import.Register' and $not($exists(phase))]";

/** OCPP 1.6: Wh unless the value says kWh; signed values are not numbers. */
const STOP_16 = `$p := ${payloadWith('meterStop')};
  $all := $p.transactionData.${REGISTER}[$not(format = 'SignedData')];
  $wh := function($v) { $exists($v) ? $number($v.value) * ($v.unit = 'kWh' ? 1000 : 1) };
  $begin := $wh($all[context = 'Transaction.Begin'][0]);
  $last := $wh($all[context = 'Transaction.End'][0]);
  $end := $exists($last) ? $last : $p.meterStop;`;

/** OCPP 2.0.1 and 2.1: Wh unless the value says kWh, times ten to the power of its multiplier. */
const ENERGY_2 = `$p := ${payloadWith('eventType')};
  $all := $p.meterValue.${REGISTER};
  $wh := function($v) { $exists($v) ? $number($v.value) * ($v.unitOfMeasure.unit = 'kWh' ? 1000 : 1)
    * ($exists($v.unitOfMeasure.multiplier) ? $power(10, $v.unitOfMeasure.multiplier) : 1) };
  $begin := $wh($all[context = 'Transaction.Begin'][0]);
  $named := $wh($all[context = 'Transaction.End'][0]);
  $end := $exists($named) ? $named : $wh($all[$not(context = 'Transaction.Begin')][-1]);`;

/** EVerest wraps a variable as `data` (docs/source/explanation/framework, MQTT topics); older versions do not. */
const EVEREST = ['', 'data.'];
const SESSION_EVENT = '$e := $exists(data.event) ? data : $;';

/** OCPI wraps what a request carries as `data`. */
const OCPI = ['', 'data.'];

/** OCPI 2.2.1, 16.5: times are UTC, also where they name no offset. */
const ocpiTime = (...names: string[]) => ({
  expr: `($c := $exists(data.id) ? data : $; $t := [${names.map((name) => `$c.${name}`).join(', ')}][0];
    $m := $substring($t, 10); $contains($m, 'Z') or $contains($m, '+') or $contains($m, '-') ? $t : $t & 'Z')`,
  time: 'iso',
});

/** What speaks OCPP, what stands below it in a charging station, and what roams above it. */
export const OCPP_PROFILES: Readonly<Record<string, Profile>> = {
  /** An OCPP gateway's completed transaction; its cost comes on another topic. */
  'ocpp-gateway': {
    where: { eventType: 'completed' },
    failedStarts: true,
    fields: {
      orderNo: 'payload.transactionId',
      startTime: { path: 'payload.startTime', time: 'iso' },
      endTime: { path: 'payload.stopTime', time: 'iso' },
      deviceId: 'clientId',
      power: { path: 'payload.energyUsed', unit: 'kWh' },
    },
  },
  /** StopTransaction.req of OCPP 1.6 (6.49) with transactionData, which has the start; the device is in the topic. */
  'ocpp16-stop': {
    where: { expr: `$exists(${payloadWith('meterStop')}.meterStop)` },
    failedStarts: true,
    fields: {
      orderNo: at(OCPP, 'transactionId'),
      startTime: {
        expr: `${payloadWith('meterStop')}.transactionData['Transaction.Begin' in sampledValue.context][0].timestamp`,
      },
      endTime: at(OCPP, 'timestamp'),
      power: { expr: `(${STOP_16} $round($end - $begin, 3))`, unit: 'Wh' },
    },
  },
  /** TransactionEventRequest `Ended` of OCPP 2.0.1 and 2.1 (E02 to E06); the start comes with `Started`. */
  'ocpp2-ended': {
    where: { expr: `${payloadWith('eventType')}.eventType = 'Ended'` },
    failedStarts: true,
    contexts: { ocpp2Started: at(OCPP, 'transactionInfo.transactionId') },
    brings: {
      ocpp2Started: {
        where: { expr: `${payloadWith('eventType')}.eventType = 'Started'` },
        key: at(OCPP, 'transactionInfo.transactionId'),
        fields: {
          startTime: at(OCPP, 'timestamp'),
          meterStart: { expr: `(${ENERGY_2} $exists($begin) ? $begin : $wh($all[0]))` },
        },
        keep: SESSION_KEEP_MS,
      },
    },
    fields: {
      orderNo: at(OCPP, 'transactionInfo.transactionId'),
      startTime: {
        context: 'ocpp2Started',
        key: at(OCPP, 'transactionInfo.transactionId'),
        field: 'startTime',
      },
      endTime: at(OCPP, 'timestamp'),
      power: [
        { expr: `(${ENERGY_2} $round($end - $begin, 3))`, unit: 'Wh' },
        { expr: `(${ENERGY_2} $round($end - $context.ocpp2Started.meterStart, 3))`, unit: 'Wh' },
      ],
    },
  },
  /** EVerest's `session_event` (types/evse_manager.yaml); since 2024 the time stands beside the event. */
  everest: {
    where: { expr: `(${SESSION_EVENT} $e.event = 'TransactionFinished')` },
    failedStarts: true,
    contexts: { everestStarted: at(EVEREST, 'uuid') },
    brings: {
      everestStarted: {
        where: { expr: `(${SESSION_EVENT} $e.event = 'TransactionStarted')` },
        key: at(EVEREST, 'uuid'),
        fields: {
          startTime: [...at(EVEREST, 'transaction_started.timestamp'), ...at(EVEREST, 'timestamp')],
          meterStart: at(EVEREST, 'transaction_started.meter_value.energy_Wh_import.total'),
        },
        keep: SESSION_KEEP_MS,
      },
    },
    fields: {
      orderNo: at(EVEREST, 'uuid'),
      startTime: { context: 'everestStarted', key: at(EVEREST, 'uuid'), field: 'startTime' },
      endTime: [...at(EVEREST, 'transaction_finished.timestamp'), ...at(EVEREST, 'timestamp')],
      power: {
        expr: `(${SESSION_EVENT} $round($e.transaction_finished.meter_value.energy_Wh_import.total - $context.everestStarted.meterStart, 3))`,
        unit: 'Wh',
      },
    },
  },
  /** A CDR of OCPI 2.1.1 to 2.2.1 (10.3.1): kWh; amounts with tax where it says them, in the currency of the CDR. */
  'ocpi-cdr': {
    where: { expr: '$exists(start_date_time) or $exists(data.start_date_time)' },
    failedStarts: true,
    fields: {
      orderNo: at(OCPI, 'id'),
      startTime: ocpiTime('start_date_time'),
      endTime: ocpiTime('end_date_time', 'stop_date_time'),
      deviceId: [
        'cdr_location.evse_uid',
        'data.cdr_location.evse_uid',
        'location.evses[0].uid',
        'data.location.evses[0].uid',
      ],
      power: at(OCPI, { path: 'total_energy', unit: 'kWh' }),
      elecMoney: [
        'total_energy_cost.incl_vat',
        'total_energy_cost.excl_vat',
        'data.total_energy_cost.incl_vat',
        'data.total_energy_cost.excl_vat',
      ],
      totalMoney: [
        'total_cost.incl_vat',
        'total_cost.excl_vat',
        'total_cost',
        'data.total_cost.incl_vat',
        'data.total_cost.excl_vat',
        'data.total_cost',
      ],
    },
  },
};
