import { isReason, readReason } from '../../domain/reason.ts';
import type { ProblemTexts } from '../texts.ts';
import { aheadGuess, behindGuess } from './guesses.ts';
import { duration } from './time.ts';

const DOCTOR = 'find the fault: pilegate doctor';

/** What is wrong, in English, and what helps. */
export const problems: ProblemTexts = {
  'no-daemon': ({ before }) => ({
    text: before
      ? 'no daemon runs: events stay with the broker, and nothing reaches the gate'
      : 'no daemon has run on this outbox yet',
    remedy: 'start it: systemctl start pilegate',
  }),
  'daemon-silent': ({ since }, { local }) => ({
    text: `a daemon has the outbox, but has not confirmed its state ${since === undefined ? 'yet' : `since ${local(since)}`}`,
    remedy:
      'where it does not by itself within a minute: systemctl restart pilegate; see journalctl -u pilegate -n 30',
  }),
  'broker-down': ({ since }, { local }) => ({
    text: `the broker is not connected${since === undefined ? '' : ` since ${local(since)}`}: events stay with it`,
    remedy: DOCTOR,
  }),
  'gate-down': ({ since, reason }, { local, say }) => ({
    text: `the gate is unreachable since ${local(since)} (${say(reason)}): records wait, and go by themselves once it answers`,
    remedy: DOCTOR,
  }),
  'gate-held': ({ since, reason }, { local, say }) => ({
    text: `the gate refuses all records since ${local(since)} because of a configuration error (${say(reason)}): they are held, none is lost`,
    remedy: DOCTOR,
  }),
  'attempt-stuck': ({ count }) => ({
    text: `${count} attempt(s) to reach the gate did not end in time, and still have not`,
    remedy: 'that is a defect of pilegate, please report it; to go on: systemctl restart pilegate',
  }),
  'outbox-unreadable': ({ reason }, { say }) => ({
    text: `the outbox cannot be read: ${say(reason)}`,
    remedy: 'pilegate doctor',
  }),
  backlog: ({ count, ms }) => ({
    text: `${count} pending, the oldest for ${duration(ms)}`,
    remedy: 'pilegate records list --state pending',
  }),
  parked: ({ count }) => ({
    text: `${are(count, 'parked record waits', 'parked records wait')} for a person`,
    remedy: 'pilegate records list --state parked',
  }),
  quarantine: ({ count }) => ({
    text: `${are(count, 'event is', 'events are')} in quarantine`,
    remedy: 'pilegate quarantine list',
  }),
  dropped: ({ count }) => ({
    text: `${are(count, 'event was', 'events were')} dropped when quarantine was full`,
    remedy: 'pilegate quarantine list --state dropped',
  }),
  'gate-untried': () => ({
    text: 'the gate has not taken a record of this installation yet: address, key and park id are not proved',
    remedy: 'end a charging session, or: pilegate doctor --send-test-record',
  }),
  'gate-slow': ({ seconds, timeout }) => ({
    text: `the gate answers slowly: ${seconds} s, and gate.timeout is ${timeout} s`,
    remedy: 'ask the gate platform; raise gate.timeout where that is its pace',
  }),
  'gate-other-form': ({ detail }) => ({
    text: `the gate's replies have another form than this dialect's: ${detail}`,
    remedy:
      'compare gate.dialect and gate.reply with the gate platform; pilegate gate-test shows the replies',
  }),
  'client-id-clash': ({ clientId, losses }) => ({
    text: `another client with the id ${clientId} takes the session at the broker away (${losses} times)`,
    remedy: 'give each box its own mqtt.clientId or station.id, and stop the other client',
  }),
  'events-qos0': ({ topic }) => ({
    text: `events on ${topic} are published at QoS 0: they are lost when the connection is`,
    remedy: 'have them published at QoS 1',
  }),
  'events-retained': ({ topic }) => ({
    text: `events on ${topic} are published as retained: the broker repeats the last one at each connection`,
    remedy: 'have them published without the retain flag; or sources[].retained: ignore',
  }),
  'end-ahead': ({ orderNo, deviceId, ms }) => ({
    text: `the session of order ${orderNo} (pile ${deviceId}) ends ${duration(ms)} after it arrived${aheadGuess(ms)}`,
    remedy: "correct the pile's clock, or the time zone (sources[].shift)",
  }),
  'end-behind': ({ orderNo, deviceId, ms }) => ({
    text: `the session of order ${orderNo} (pile ${deviceId}) ended ${duration(ms)} before it arrived${behindGuess(ms)}`,
    remedy: "correct the pile's clock, or find out where its events were kept so long",
  }),
  'plate-odd': ({ orderNo, deviceId }) => ({
    text: `the plate of order ${orderNo} (pile ${deviceId}) does not look like a plate; it was sent as it is`,
    remedy: 'pilegate records show ORDER; correct what the pile or camera publishes',
  }),
  'share-undelivered': ({ group, detail }) => ({
    text: `the broker delivers nothing on the shared subscription ${group}: ${detail}`,
    remedy: 'use a broker that knows shared subscriptions, or take mqtt.shareGroup out',
  }),
  'status-topic-refused': ({ topic, detail }) => ({
    text: `the broker does not take the status on ${topic}: ${detail}`,
    remedy: 'allow it in the ACL of the broker, or set mqtt.statusTopic: off',
  }),
  'storage-failed': ({ reason }, { say }) => ({
    text: `nothing can be stored, so events stay with the broker: ${say(reason)}`,
    remedy: DOCTOR,
  }),
  'outbox-salvaged': ({ kept, lost, aside }) => ({
    text: `the outbox was damaged: ${kept} rows were taken over into a new one${lost > 0 ? `, ${lost} could not be read` : ''}; the damaged file is ${aside}`,
    remedy: 'keep the damaged file, and look at the disk or card: pilegate doctor',
  }),
  'outbox-replaced': ({ path, taken, rescued }) => ({
    text: `the outbox file ${path} was deleted, replaced or moved while the daemon ran; ${rescued ? `all its rows, ${taken} of them open, were taken over into a new one` : 'its rows could not be read any more'}`,
    remedy: 'find out who did it; stop the daemon before you touch the file',
  }),
  'config-fullwidth': ({ places }) => ({
    text: `the config has full-width punctuation: ${places}`,
    remedy: 'type these characters with the Chinese input method off; then: pilegate check',
  }),
  'clock-off': ({ against, ms }) => ({
    text: `this box's clock is ${duration(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'} the ${against}'s`,
    remedy: 'set it by NTP: timedatectl set-ntp true',
  }),
  'certificate-expires': ({ link, at }, { local }) => ({
    text: `the certificate of ${link} expires at ${local(at)}`,
    remedy: 'have it renewed by whoever runs that server',
  }),
  'device-silent': ({ devices, count }) => ({
    text: `nothing came from ${are(count, 'pile', 'piles')} for longer than silentAfter: ${devices}`,
    remedy: "look at the pile's power and network; end a session there",
  }),
  'quarantine-growing': ({ source, count, reason }, { say }) => ({
    text: `${count} events of ${source} are in quarantine for the same reason: ${say(isReason(reason) ? reason : readReason(String(reason)))}`,
    remedy: 'correct the rule, then: pilegate quarantine replay --all',
  }),
  'broker-queue-limit': ({ detail }) => ({
    text: `the broker may drop events while this box is away: ${detail}`,
    remedy: "raise the broker's queue limit (mosquitto: max_queued_messages)",
  }),
  'secret-readable': ({ file, mode }) => ({
    text: `${file} can be read by other users (mode ${mode})`,
    remedy: `chmod 600 ${file}`,
  }),
  'page-exposed': ({ listen }) => ({
    text: `the page listens beyond this box (${listen}) and shows plates`,
    remedy: 'set http.showPlates: false, or listen on 127.0.0.1',
  }),
};

function are(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
