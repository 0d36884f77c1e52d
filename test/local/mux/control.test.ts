// The controls over HTTP, and the simulator as a program of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { VIDEO } from './fixtures.ts';
import { startRig } from './rig.ts';

async function control(url: string, method: string, path: string, body?: unknown) {
  const response = await fetch(`${url}/_simulator/${path}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, value: text ? JSON.parse(text) : undefined };
}

describe('the controls over HTTP', () => {
  test('add an asset from a file and tell its SHA-256', async () => {
    const { url } = await startRig();

    const added = await control(url, 'POST', 'assets', {
      file: VIDEO.path,
      attributes: { passthrough: 'p' },
    });
    const sha256 = await control(url, 'GET', `assets/${added.value.id}/sha256`);

    expect(added).toMatchObject({ status: 201, value: { passthrough: 'p', duration: 10 } });
    expect(sha256).toEqual({ status: 200, value: { sha256: VIDEO.sha256 } });
  });

  test('tell which requests came, those of the controls left out', async () => {
    const { url, mux } = await startRig();
    await mux.video.assets.retrieve('nope').catch(() => undefined);
    await fetch(`${url}/key/mezzanine.mp4?signature=x`, { headers: { range: 'bytes=0-9' } });

    const { value } = await control(url, 'GET', 'requests');

    expect(value).toMatchObject([
      { method: 'GET', path: '/video/v1/assets/nope', status: 404 },
      { method: 'GET', path: '/key/mezzanine.mp4', query: '?signature=x', range: 'bytes=0-9', status: 403 },
    ]);
  });

  test('say what was watched, and host a file of the customer’s own until it is taken away', async () => {
    const { url, mux } = await startRig();

    await control(url, 'PUT', 'delivery-usage', [{ asset_id: 'a1', delivered_seconds: 120 }]);
    const hosted = await control(url, 'PUT', 'hosted/film.mp4', { file: VIDEO.path });
    const { data } = await mux.video.deliveryUsage.list();
    const there = await fetch(hosted.value.url);
    await control(url, 'PUT', 'hosted/film.mp4', {});

    expect(data).toMatchObject([{ asset_id: 'a1', delivered_seconds: 120 }]);
    expect((await there.bytes()).length).toBe(VIDEO.sizeBytes);
    expect((await fetch(hosted.value.url)).status).toBe(404);
  });

  test('turn switches and arm faults, and refuse what they do not know', async () => {
    const { url, mux } = await startRig();

    const changed = await control(url, 'PATCH', 'behaviour', { masterErrors: 2, webhooks: { lost: 0.5 } });
    const fault = { match: { method: 'GET' }, effect: { kind: 'status', status: 500 } };
    const armed = await control(url, 'POST', 'faults', fault);
    const error = await mux.video.assets.list().catch((thrown: unknown) => thrown);

    expect(changed.value).toMatchObject({ masterErrors: 2, webhooks: { lost: 0.5, on: true } });
    expect(armed).toEqual({ status: 201, value: [fault] });
    expect(error).toMatchObject({ status: 500 });
    expect((await control(url, 'PATCH', 'behaviour', { nonsense: 1 })).status).toBe(400);
    expect((await control(url, 'POST', 'faults', { match: {}, effect: { kind: 'explode' } })).status).toBe(
      400,
    );
    expect((await control(url, 'POST', 'faults', { ...fault, match: { path: '(' } })).status).toBe(400);
    expect((await control(url, 'GET', 'nonsense')).status).toBe(404);
    expect((await control(url, 'GET', 'assets/nope')).status).toBe(404);
  });

  test('let a master lapse at once', async () => {
    const rig = await startRig();
    const { id } = await rig.simulator.addAsset({});
    await rig.mux.video.assets.updateMasterAccess(id, { master_access: 'temporary' });
    await rig.event('video.asset.master.ready');

    const { status } = await control(rig.url, 'POST', `assets/${id}/expire-master`);

    expect(status).toBe(204);
    expect(rig.simulator.asset(id).master_access).toBe('none');
    await rig.event('video.asset.master.deleted');
  });
});

describe('the program', () => {
  const path = fileURLToPath(new URL('../../../local/mux/program.ts', import.meta.url));

  test('prints one JSON line when it is up, and ends when told to', async () => {
    const program = spawn(process.execPath, [path, '--port', '0', '--no-rate-limit'], {
      env: { ...process.env, MUX_TOKEN_ID: 'id-1', MUX_TOKEN_SECRET: 'secret-1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void program.kill('SIGKILL'));
    const [line] = await once(createInterface(program.stdout), 'line');
    const { url, ...rest } = JSON.parse(line);

    const authorization = `Basic ${Buffer.from('id-1:secret-1').toString('base64')}`;
    const response = await fetch(`${url}/system/v1/whoami`, { headers: { authorization } });
    program.kill('SIGTERM');
    const [exitCode] = await once(program, 'exit');

    expect(rest).toEqual({ ready: true, tokenId: 'id-1' });
    expect(line).not.toContain('secret-1');
    expect(response.status).toBe(200);
    expect(response.headers.get('x-ratelimit-limit')).toBeNull();
    expect(exitCode).toBe(0);
  });
});
