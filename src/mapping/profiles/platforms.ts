import type { FieldRule } from '../rules.ts';
import type { Profile } from './profile.ts';

/** The members of this project's own event, as which a thing model of one's own is best written. */
const MEMBERS = [
  'orderNo',
  'plateNo',
  'startTime',
  'endTime',
  'deviceName',
  'spaceNo',
  'power',
  'elecMoney',
  'totalMoney',
] as const;

/** The rules for these members at several places of a platform's envelope. */
function model(...places: readonly ((member: string) => string)[]): Record<string, FieldRule> {
  const rule = (...members: string[]) => members.flatMap((member) => places.map((place) => place(member)));
  const fields: Record<string, FieldRule> = Object.fromEntries(
    MEMBERS.map((member) => [member, rule(member)]),
  );
  return { ...fields, seviceMoney: rule('seviceMoney', 'serviceMoney') };
}

/**
 * Platforms of things: the envelope is theirs, the members within are those of one's own thing model. Events are
 * taken as they are; of properties and telemetry, which carry anything, only those that have an order number.
 */
export const PLATFORM_PROFILES: Readonly<Record<string, Profile>> = {
  /**
   * JetLinks: `/{productId}/{deviceId}/event/{eventId}` and `…/properties/report` of its official protocol
   * (https://iquanku.com/read/jetlinks-1.11-zh/8a75408c1b5e887e.md), and its rules' forwarded messages, which name the
   * device.
   */
  jetlinks: {
    where: { expr: '$exists(data) or $exists(properties.orderNo)' },
    failedStarts: true,
    fields: {
      ...model(
        (member) => `data.${member}`,
        (member) => `properties.${member}`,
      ),
      deviceId: 'deviceId',
    },
  },
  /** ThingsBoard's telemetry, with a time beside it or without (https://thingsboard.io/docs/reference/mqtt-api/telemetry/). */
  thingsboard: {
    where: { expr: '$exists(values.orderNo) or $exists(orderNo)' },
    failedStarts: true,
    fields: {
      ...model(
        (member) => `values.${member}`,
        (member) => member,
      ),
      deviceId: ['values.deviceId', 'deviceId', 'deviceName'],
    },
  },
  /**
   * Huawei IoTDA: a forwarded `device.property` report
   * (https://support.huaweicloud.com/api-iothub/iot_06_v5_01204.html); each service of the device is a list's element.
   */
  'huawei-iotda': {
    each: 'notify_data.body.services',
    where: { expr: '$exists(properties.orderNo)' },
    failedStarts: true,
    fields: {
      ...model((member) => `properties.${member}`),
      deviceId: 'message.notify_data.header.device_id',
    },
  },
  /**
   * Aliyun's IoT platform: events and properties as its rules forward them (https://help.aliyun.com/document_detail/73736.html)
   * and as devices publish them in Alink JSON (https://help.aliyun.com/document_detail/89301.html).
   */
  aliyun: {
    where: {
      expr: '$exists(value) or $exists(params.value) or $exists(items.orderNo) or $exists(params.orderNo)',
    },
    failedStarts: true,
    fields: {
      ...model(
        (member) => `value.${member}`,
        (member) => `params.value.${member}`,
        (member) => `items.${member}.value`,
        (member) => `params.${member}.value`,
      ),
      deviceId: 'deviceName',
    },
  },
};
