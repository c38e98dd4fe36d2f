// The program `mixprop`. Small, so that signals are listened to before the rest, a file of its own, has been read.
import { join } from 'node:path';
import { checkpointRequest } from './signals/checkpoint-signals';

const { main }: typeof import('./mixprop') = require(join(__dirname, 'mixprop-commands.js'));
main(process.argv.slice(2), checkpointRequest);
