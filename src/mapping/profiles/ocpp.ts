import { at, type Profile, SESSION_KEEP_MS } from './profile.ts';

/**
 * Where a payload of OCPP is: alone, in a frame of OCPP-J (`[2, id, action, payload]`, OCPP-J 1.6 section 4.2), or
 * beside an `action` as back ends republish it.
 */
const OCPP = ['', '[3].', 'payload.'];

/** The same in an expression. */
const payloadWith = (member: string) =>
  `($type($) = 'array' ? $[3] : $exists(payload.${member}) ? payload : $)`;

/**
 * Readings of the energy register in a list of meter values, at the outlet and for all phases: OCPP says that is
 * meant where no measurand, location and phase is named. A signed reading is no number.
 */
const REGISTER = `sampledValue[($exists(measurand) ? measurand : 'Energy.Active.Import.Register') = 'Energy.Active.Import.Register'
    and ($exists(location) ? location : 'Outlet') = 'Outlet' and $not($exists(phase)) and $not(format = 'SignedData')]`;

/** A number that may be written as text. */
const NUMBER = '$n := function($x) { $exists($x) ? $number($trim($string($x))) };';

/** OCPP 1.6: Wh unless the value says kWh. */
const STOP_16 = `$p := ${payloadWith('meterStop')};
  $all := $p.transactionData.${REGISTER}; ${NUMBER}
  $wh := function($v) { $exists($v) ? $n($v.value) * ($v.unit = 'kWh' ? 1000 : 1) };
  $begin := $wh($all[context = 'Transaction.Begin'][0]);
  $last := $wh($all[context = 'Transaction.End'][0]);
  $end := $exists($last) ? $last : $n($p.meterStop);`;

/** OCPP 2.0.1 and 2.1: Wh unless the value says kWh, times ten to the power of its multiplier. */
const ENERGY_2 = `$p := ${payloadWith('eventType')};
  $all := $p.meterValue.${REGISTER}; ${NUMBER}
  $wh := function($v) { $exists($v) ? $n($v.value) * ($v.unitOfMeasure.unit = 'kWh' ? 1000 : 1)
    * ($exists($v.unitOfMeasure.multiplier) ? $power(10, $v.unitOfMeasure.multiplier) : 1) };
  $begin := $wh($all[context = 'Transaction.Begin'][0]);
  $named := $wh($all[context = 'Transaction.End'][0]);
  $end := $exists($named) ? $named : $wh($all[$not(context = 'Transaction.Begin')][-1]);`;

/** The time of the readings at the begin of the transaction; what also has those of its end bears the time of the end. */
const beganAt = (values: string) =>
  `${values}['Transaction.Begin' in sampledValue.context and $not('Transaction.End' in sampledValue.context)][0].timestamp`;

/** EVerest wraps a variable as `data` (its framework's MQTT topics), within a message or not; older versions do not. */
const EVEREST = ['', 'data.', 'data.data.'];
const SESSION_EVENT = '$e := $exists(data.data.event) ? data.data : $exists(data.event) ? data : $;';

/** Its register, which versions before 2023 have beside the time. */
const everestMeter = (member: string) =>
  `$exists($e.${member}.meter_value) ? $e.${member}.meter_value.energy_Wh_import.total : $e.${member}.energy_Wh_import`;

/** OCPI wraps what a request carries as `data`. */
const OCPI = ['', 'data.'];

/** OCPI 2.2.1, 16.5: times are UTC, also where they name no offset. */
const ocpiTime = (...names: string[]) => ({
  expr: `($c := $exists(data.id) ? data : $; $t := [${names.map((name) => `$c.${name}`).join(', ')}][0];
    $m := $substring($t, 10); $contains($m, 'Z') or $contains($m, '+') or $contains($m, '-') ? $t : $t & 'Z')`,
  time: 'iso',
});

/** An amount of OCPI: a number (2.1.1), with and without tax (2.2.1), or before taxes and the taxes (2.3.0). */
const ocpiMoney = (member: string) => ({
  expr: `($m := ($exists(data.id) ? data : $).${member}; $type($m) != 'object' ? $m
    : $exists($m.incl_vat) ? $m.incl_vat : $exists($m.excl_vat) ? $m.excl_vat
    : $round($m.before_taxes + ($exists($m.taxes.amount) ? $sum($m.taxes.amount) : 0), 4))`,
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
        expr: beganAt(`${payloadWith('meterStop')}.transactionData`),
      },
      endTime: at(OCPP, 'timestamp'),
      power: { expr: `(${STOP_16} $round($end - $begin, 3))`, unit: 'Wh' },
    },
  },
  /** TransactionEventRequest `Ended` of OCPP 2.0.1 and 2.1 (E02 to E06); the start comes with `Started`. */
  'ocpp2-ended': {
    where: { expr: `${payloadWith('eventType')}.eventType = 'Ended'` },
    failedStarts: true,
    contexts: { ocpp2Metered: at(OCPP, 'transactionInfo.transactionId') },
    brings: {
      ocpp2Started: {
        where: { expr: `${payloadWith('eventType')}.eventType = 'Started'` },
        key: at(OCPP, 'transactionInfo.transactionId'),
        fields: { startTime: at(OCPP, 'timestamp') },
        keep: SESSION_KEEP_MS,
      },
      // Where the energy flows later than the transaction starts, the first reading comes with an update.
      ocpp2Metered: {
        where: { expr: `${payloadWith('eventType')}.eventType in ['Started', 'Updated']` },
        key: at(OCPP, 'transactionInfo.transactionId'),
        fields: {
          meterStart: {
            expr: `(${ENERGY_2} $exists($begin) ? $begin : $p.eventType = 'Started' ? $wh($all[0]))`,
          },
        },
        keep: SESSION_KEEP_MS,
      },
    },
    fields: {
      orderNo: at(OCPP, 'transactionInfo.transactionId'),
      startTime: [
        { expr: beganAt(`${payloadWith('eventType')}.meterValue`) },
        { context: 'ocpp2Started', key: at(OCPP, 'transactionInfo.transactionId'), field: 'startTime' },
      ],
      endTime: at(OCPP, 'timestamp'),
      power: [
        { expr: `(${ENERGY_2} $round($end - $begin, 3))`, unit: 'Wh' },
        { expr: `(${ENERGY_2} $round($end - $context.ocpp2Metered.meterStart, 3))`, unit: 'Wh' },
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
          meterStart: { expr: `(${SESSION_EVENT} ${everestMeter('transaction_started')})` },
        },
        keep: SESSION_KEEP_MS,
      },
    },
    fields: {
      orderNo: at(EVEREST, 'uuid'),
      startTime: { context: 'everestStarted', key: at(EVEREST, 'uuid'), field: 'startTime' },
      endTime: [...at(EVEREST, 'transaction_finished.timestamp'), ...at(EVEREST, 'timestamp')],
      power: {
        expr: `(${SESSION_EVENT} $end := ${everestMeter('transaction_finished')}; $round($end - $context.everestStarted.meterStart, 3))`,
        unit: 'Wh',
      },
    },
  },
  /** A CDR of OCPI 2.1.1 to 2.3.0 (10.3.1): kWh; amounts with tax where it says them, in the currency of the CDR. */
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
      elecMoney: ocpiMoney('total_energy_cost'),
      totalMoney: ocpiMoney('total_cost'),
    },
  },
};
