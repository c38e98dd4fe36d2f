import type { Command } from './command';
import { steering } from './steer-run';

export const stopCommand: Command = {
  name: 'stop',
  summary: 'stop runs after their current steps; `resume` goes on from there',
  usage: `stop RUN...

  RUN  a run folder, such as runs/quickstart-1, on which a trainer works on this machine

Returns when the runs have stopped; Ctrl-C ends the waiting, not the request.`,
  options: {},
  run: steering('stop', {
    ask: async (connection) => {
      await connection.request('stop', {});
      return false;
    },
    until: ['stopped', 'finished', 'failed'],
  }),
};
