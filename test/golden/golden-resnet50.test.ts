import { beforeAll } from 'vitest';
import { startBackend } from '../../trainer/backends/select';
import { testBackend } from '../test-backend';
import { compareEager } from './compare-eager';

beforeAll(async () => {
  await startBackend(testBackend);
});

// In a file of their own: they take as long as all others, and files run side by side.
compareEager(50);
