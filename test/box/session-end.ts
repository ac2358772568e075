/** A made-up session end of profile `pilegate`, as a pile publishes it. */
export function sessionEnd(orderNo: string): string {
  return JSON.stringify({
    orderNo,
    plateNo: '浙BD12345',
    startTime: '2026-11-24 08:00:00',
    endTime: '2026-11-24 09:12:30',
    power: 32.15,
    elecMoney: 20.1,
    serviceMoney: '5.00',
    totalMoney: 25.1,
  });
}
