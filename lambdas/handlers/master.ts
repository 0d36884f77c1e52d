// Function "master". Reads the asset and asks Mux for its master.
import { master } from '../stages/master.ts';
import { stageHandler } from './stage-handler.ts';

export const handler = stageHandler('master', 'prepare', master);
