/** The names in the `event` field of a log line: the interface to whoever reads the logs by program. */
export type LogEvent =
  | 'daemon.start'
  | 'daemon.ready'
  | 'daemon.stop'
  | 'config.reloaded'
  | 'config.rejected'
  | 'mqtt.connected'
  | 'mqtt.disconnected'
  | 'event.received'
  | 'event.duplicate'
  | 'event.conflict'
  | 'event.quarantined'
  | 'event.waiting'
  | 'event.ignored'
  | 'event.implausible'
  | 'record.delivered'
  | 'record.refused'
  | 'record.unanswered'
  | 'record.parked'
  | 'attempt.stuck'
  | 'gate.down'
  | 'gate.up'
  | 'gate.held'
  | 'storage.failed'
  | 'storage.recovered'
  | 'outbox.pruned'
  | 'outbox.replaced'
  | 'operator.action'
  | 'clock.jumped'
  | 'alert.failed'
  | 'device.silent'
  | 'device.back';

/** What a log line says besides its message: fields first, the message constant. */
export interface LogFields {
  readonly event?: LogEvent;
  readonly orderNo?: string | undefined;
  readonly deviceId?: string | undefined;
  readonly [name: string]: unknown;
}

/**
 * Where rooms write their log. `error` means a person must act, `warn` that it may come to that, `info` is the
 * story of each record in two lines, `debug` the rest.
 */
export interface Log {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
  /** Whether lines of this level are written: saves making what nobody reads. */
  isLevelEnabled(level: 'error' | 'warn' | 'info' | 'debug'): boolean;
}
