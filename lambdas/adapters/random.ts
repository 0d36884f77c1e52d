// Tokens nobody can guess, from the system's own generator.
import { randomBytes } from 'node:crypto';
import type { Random } from '../stages/ports.ts';

export const systemRandom: Random = {
  token: () => randomBytes(16).toString('hex'),
};
