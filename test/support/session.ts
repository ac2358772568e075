/** A whole made-up event of profile `pilegate`. */
export const SESSION = {
  orderNo: '2026112408000001',
  plateNo: '浙BD12345',
  startTime: '2026-11-24 08:00:00',
  endTime: '2026-11-24 09:12:30',
  power: 32.15,
  elecMoney: 20.1,
  serviceMoney: '5.00',
  totalMoney: 25.1,
};

/** It as a pile publishes it, under another order number. */
export function sessionEnd(orderNo: string): string {
  return JSON.stringify({ ...SESSION, orderNo });
}
