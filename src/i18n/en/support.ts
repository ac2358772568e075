/** The support archive. */
export const support = {
  exists: (file: string) => `${file} is there already: nothing is written over it; give another name`,
  unwritable: (file: string, why: string) => `cannot write ${file}: ${why}`,
  collecting: 'collecting; this takes up to a minute',
  bundled: (file: string, names: string, bytes: number) =>
    `${file}: ${names}; ${Math.ceil(bytes / 1024)} KiB, without plates, VINs, keys and passwords; station, addresses and order numbers stay`,
};
