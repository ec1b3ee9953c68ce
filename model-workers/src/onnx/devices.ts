/** Where models may run; `cpu` is always there. */
export const devices = ['cpu', 'cuda', 'webgpu'] as const;
export type Device = (typeof devices)[number];

/**
 * The device that the environment asks for by ROOKERY_DEVICE; `cpu` where it says nothing.
 * @throws Error that names the ones there are
 */
export function wantedDevice(env: Record<string, string | undefined>): Device {
  const wanted = env['ROOKERY_DEVICE']?.trim().toLowerCase() || 'cpu';
  const device = devices.find((name) => name === wanted);
  if (device) return device;
  throw new Error(`ROOKERY_DEVICE is "${wanted}": it has to be ${devices.join(', ')}, or left out.`);
}
