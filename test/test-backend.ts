import { parseBackend } from '../trainer/backends/select';

/** What the tests compute with: the embedded backend, or the one that a test level asks for. */
export const testBackend = parseBackend(process.env.MIXPROP_TEST_BACKEND ?? 'wasm');
