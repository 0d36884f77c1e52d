// Function "cancel". Gives up what a cancelled request had begun.
import { cancel } from '../stages/cancel.ts';
import { stageHandler } from './stage-handler.ts';

export const handler = stageHandler('cancel', 'prepare', cancel);
