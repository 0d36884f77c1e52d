// Before all tests: bundles the functions once, where otherwise the first lives would each do so at the same time.
import { bundle } from '../lib/bundle.ts';

export function setup(): void {
  bundle();
}
