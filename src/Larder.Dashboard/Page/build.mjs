// Builds the page into a folder: node build.mjs <folder>. Called by Page.targets.
//
// Exit code 2: the packages of the lock file cannot be had, or Node is too old; the message says which. Another one: the page is wrong.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const cannot = 2;
const oldestNode = 20;
const longestWaitMs = 5 * 60 * 1000;
const here = path.dirname(fileURLToPath(import.meta.url));
const target = path.resolve(process.argv[2]);

if (Number(process.versions.node.split('.')[0]) < oldestNode) stop(`Node ${oldestNode} is needed, and this is ${process.versions.node}.`);
/** Installs what the lock file says, if that is not there yet. Several builds at once take turns. */
function installPackages() {
  const wanted = createHash('sha256').update(fs.readFileSync(path.join(here, 'package-lock.json'))).digest('hex');
  const installed = path.join(here, 'node_modules', '.larder-lock');
  const isInstalled = () => fs.existsSync(installed) && fs.readFileSync(installed, 'utf8') === wanted;
  if (isInstalled()) return;

  const release = takeTurn(path.join(here, '.installing'));
  try {
    if (isInstalled()) return;
    const npm = spawnSync('npm ci --no-progress', { cwd: here, shell: true, encoding: 'utf8' });
    if (npm.status !== 0) stop(`npm ci failed in ${here}:\n${npm.stdout ?? ''}${npm.stderr ?? ''}`);
    fs.writeFileSync(installed, wanted);
  } finally {
    release();
  }
}

/** Holds a file that only one process can make; one that a dead process left is taken over. */
function takeTurn(file) {
  const end = Date.now() + longestWaitMs;
  for (;;) {
    try {
      fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') stop(`Packages cannot be installed in ${here}: ${error.message}`);
    }
    const holder = Number(readOrNothing(file));
    if (holder && !isAlive(holder)) fs.rmSync(file, { force: true });
    else if (Date.now() > end) stop(`Another build has held ${file} for too long. Delete it if there is none.`);
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
}

function readOrNothing(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function isAlive(id) {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function bundle() {
  const { build } = await import('esbuild');
  fs.mkdirSync(target, { recursive: true });
  await build({
    absWorkingDir: here,
    entryPoints: [{ in: 'src/main.js', out: 'app' }, { in: 'css/app.css', out: 'app' }],
    outdir: target,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2023'],
    charset: 'utf8',
    legalComments: 'none',
    banner: { js: '/* Licences of what is in here: THIRD-PARTY-NOTICES.txt of the package Larder.Dashboard */' },
    plugins: [plainLines],
    logLevel: 'warning',
  });
  for (const name of ['index.html', 'icon.svg']) fs.copyFileSync(path.join(here, name), path.join(target, name));
  for (const name of ['index.html', 'icon.svg', 'app.js', 'app.css']) compress(path.join(target, name));
}

/**
 * uPlot hands out functions for bars, steps and curves, which keeps them in the bundle; the page draws plain lines. The text that hands them
 * out is left out, or the build fails if it is not there.
 */
const plainLines = {
  name: 'plain-lines',
  setup(build) {
    build.onLoad({ filter: /uPlot\.esm\.js$/ }, ({ path: file }) => {
      const [code, statics] = fs.readFileSync(file, 'utf8').split('\nuPlot.assign = assign;\n');
      if (!statics?.includes('uPlot.sync = _sync;')) throw new Error(`${file} is not the one that build.mjs knows.`);
      return { contents: `${code}\nuPlot.sync = _sync;\nexport { uPlot as default };\n`, loader: 'js' };
    });
  },
};

/** The forms that a server sends to those who accept them. */
function compress(file) {
  const bytes = fs.readFileSync(file);
  fs.writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  fs.writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
}

function stop(message) {
  console.error(message);
  process.exit(cannot);
}

installPackages();
await bundle();
