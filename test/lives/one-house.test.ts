// Lives that ask nothing of the stack but addresses to tell, in one house.
import { afterAll, beforeAll, describe } from 'vitest';
import { again } from './again.ts';
import { audit } from './audit.ts';
import { exampleApp } from './example-app.ts';
import { fidelity } from './fidelity.ts';
import { openSharedHouse, type SharedHouse } from './shared-house.ts';
import { webhooks } from './webhooks.ts';

let shared: SharedHouse;

beforeAll(async () => {
  shared = await openSharedHouse();
});

afterAll(() => shared[Symbol.asyncDispose]());

// This one first: what its receiver is told first is of it.
describe('an app that is told', () => webhooks(() => shared));
describe('the example app', () => exampleApp(() => shared));
describe('an audit', () => audit(() => shared.house));
describe('a video deleted again', () => again(() => shared.house));
describe('fidelity', () => fidelity(() => shared.house));
