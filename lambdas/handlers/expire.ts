// Function "expire". Deletes the asset from Mux once its date has passed.
import { expire } from '../stages/expire.ts';
import { stageHandler } from './stage-handler.ts';

export const handler = stageHandler('expire', 'delete', expire);
