// How far a long list has been read: a line that is redrawn on a terminal, one for each thousand anywhere else.
import { createLogUpdate } from 'log-update';
import type { Session } from '../session.ts';

export interface Counting {
  readonly count: (done: number) => void;
  readonly done: () => void;
}

const SILENT: Counting = { count: () => undefined, done: () => undefined };

/** `things` as in `1,200 records read`. Silent where a program reads along. */
export function counting({ screen }: Pick<Session, 'screen'>, things: string, isSilent: boolean): Counting {
  if (isSilent) return SILENT;
  const line = (done: number) => screen.paint('dim', `${done.toLocaleString('en-US')} ${things}`);
  if (screen.isTerminal) {
    const update = createLogUpdate(screen.stream);
    return { count: (done) => update(line(done)), done: () => update.clear() };
  }
  let thousands = 0;
  return {
    count: (done) => {
      if (Math.floor(done / 1_000) === thousands) return;
      thousands = Math.floor(done / 1_000);
      screen.print(line(done));
    },
    done: () => undefined,
  };
}
