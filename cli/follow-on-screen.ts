// A watch as somebody sees it: the lines while it goes on, what went wrong at its end, and the exit code.
import { boardOn } from './board.ts';
import { endedWell, type Followed, type FollowOptions, follow } from './follow.ts';
import { EXIT } from './problems.ts';
import { problemView } from './render.ts';
import type { Session } from './session.ts';

/** With `--json` nothing is drawn: the caller prints its one document. */
export async function followOnScreen(
  session: Session,
  assetIds: readonly string[],
  options: Omit<FollowOptions, 'draw'>,
): Promise<readonly Followed[]> {
  const board = session.json ? { draw: () => undefined, done: () => undefined } : boardOn(session.screen);
  const videos = await follow(session, assetIds, { ...options, draw: board.draw }).finally(board.done);
  const bad = videos.filter((video) => !endedWell(video));
  if (bad.length > 0) session.exitWith(EXIT.refused);
  if (!session.json) for (const video of bad) session.screen.print(`\n${badEnd(video, session)}`);
  return videos;
}

function badEnd({ assetId, record, problem }: Followed, { screen }: Session): string {
  const { code, message, action } = record?.failure ?? {};
  const shown = problem?.problem ?? { code, detail: message, action };
  return problemView({ ...shown, title: assetId }, screen);
}
