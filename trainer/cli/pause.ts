import type { Command } from './command';
import { steering } from './steer-run';

export const pauseCommand: Command = {
  name: 'pause',
  summary: 'hold runs between two steps; `resume` lets them go on',
  usage: `pause RUN...

  RUN  a run folder, such as runs/quickstart-1, on which a trainer works on this machine

The trainer stays, with the network in memory, and last.safetensors is written: a run that is killed meanwhile loses nothing.
\`mixprop resume RUN\` lets it go on. Returns when the runs are paused; Ctrl-C ends the waiting, not the request.`,
  options: {},
  run: steering('pause', {
    ask: async (connection) => (await connection.request('pause', {})).isHeld,
    until: ['paused', 'stopped', 'finished', 'failed'],
  }),
};
