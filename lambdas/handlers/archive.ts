// Function "archive". Copies the master into the vault and proves the copy.
import { archive } from '../stages/archive.ts';
import { stageHandler } from './stage-handler.ts';

export const handler = stageHandler('archive', 'prepare', archive);
