// Function "purge". Erases lineages by order, and ends archives whose time is over.
import { purge } from '../stages/purge.ts';
import { stageHandler } from './stage-handler.ts';

export const handler = stageHandler('purge', 'delete', purge);
