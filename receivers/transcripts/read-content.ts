import { Fields, readObject } from './fields.ts';
import type { JsonScanner, StringPlace } from './json-scanner.ts';
import { RecentText } from './recent-text.ts';
import { commandName } from '../../src/records/command-name.ts';
import {
  isPlanCommand,
  MAX_PLAN_COMMAND,
  namesPath,
  PLAN_MARKS,
  wholeWords,
} from '../../src/records/plan-path.ts';

/** A `tool_use` block. */
export interface ToolUseFacts {
  readonly id: string;
  readonly name: string;
  readonly inputBytes: number;
  readonly filePath: string | null;
  readonly command: string | null;
  /** Beginning of a command that may tell of a plan. */
  readonly planCommand: string | null;
  /** Path that a tool of a server was given. */
  readonly otherPath: string | null;
}

/** A `tool_result` block; `head` is the beginning of its text, and '' where it is no error. */
export interface ToolResultFacts {
  readonly id: string;
  readonly isError: boolean;
  readonly bytes: number;
  readonly head: string;
}

const NOWHERE: StringPlace = { start: 0, stop: 0, escaped: false };

/** What the content of one message holds: sizes and names, and no text but the first bytes of the first text. */
export class ContentFacts {
  blocks = 0;
  images = 0;
  textBytes = 0;
  /** Where the first text stands in the line. */
  head: StringPlace = NOWHERE;
  readonly toolUses: ToolUseFacts[] = [];
  readonly toolResults: ToolResultFacts[] = [];

  clear(): void {
    this.blocks = 0;
    this.images = 0;
    this.textBytes = 0;
    this.head = NOWHERE;
    // Setting a length costs more than looking at it.
    if (this.toolUses.length > 0) this.toolUses.length = 0;
    if (this.toolResults.length > 0) this.toolResults.length = 0;
  }
}

/** Enough for every marker that tells what kind of text follows. */
export const HEAD_BYTES = 512;
const COMMAND_BYTES = 1024;

class Block {
  type: string | null = null;
  id: string | null = null;
  name: string | null = null;
  resultFor: string | null = null;
  isError = false;
  bytes = 0;
  head: StringPlace = NOWHERE;
  filePath: string | null = null;
  command: string | null = null;
  planCommand: string | null = null;
  otherPath: StringPlace | null = null;
  inputBytes = 0;

  clear(): void {
    this.type = this.id = this.name = this.resultFor = this.filePath = this.command = null;
    this.planCommand = this.otherPath = null;
    this.isError = false;
    this.bytes = this.inputBytes = 0;
    this.head = NOWHERE;
  }
}

const blockType = new RecentText(64);
const toolName = new RecentText(200);
const filePath = new RecentText(4096);

const INPUT = new Fields<Block>({
  file_path: (json, block) => void (block.filePath = filePath.read(json)),
  notebook_path: (json, block) => void (block.filePath = filePath.read(json)),
  command: (json, block) => {
    const command = json.stringOrNull(COMMAND_BYTES);
    block.command = command === null ? null : commandName(command);
    block.planCommand = command === null ? null : planCommand(json, command);
  },
  path: (json, block) => {
    if (json.peek() !== 0x22) return json.skipValue();
    json.readString();
    block.otherPath = { start: json.start, stop: json.stop, escaped: json.escaped };
  },
});

const MARKS = PLAN_MARKS.map((mark) => Buffer.from(mark));

/** The command read last, of which `head` is the beginning; null where it tells of no plan. */
const planCommand = (json: JsonScanner, head: string): string | null => {
  const { bytes, start, stop } = json;
  if (stop - start <= COMMAND_BYTES) return isPlanCommand(head) ? head : null;
  const isCut = stop - start > MAX_PLAN_COMMAND;
  const seen = bytes.subarray(start, isCut ? start + MAX_PLAN_COMMAND : stop);
  if (!MARKS.some((mark) => seen.includes(mark))) return null;
  const text = json.text(MAX_PLAN_COMMAND);
  return isCut ? wholeWords(text) : text;
};

const INNER = new Fields<Block>({ text: (json, block) => readText(json, block) });

const readText = (json: JsonScanner, block: Block): void => {
  if (json.peek() !== 0x22) {
    json.skipValue();
    return;
  }
  json.readString();
  if (block.bytes === 0) block.head = { start: json.start, stop: json.stop, escaped: json.escaped };
  block.bytes += json.textBytes;
};

const BLOCK = new Fields<Block>({
  type: (json, block) => void (block.type = blockType.read(json)),
  id: (json, block) => void (block.id = json.stringOrNull(200)),
  name: (json, block) => void (block.name = toolName.read(json)),
  tool_use_id: (json, block) => void (block.resultFor = json.stringOrNull(200)),
  is_error: (json, block) => void (block.isError = json.booleanOrNull() === true),
  text: (json, block) => readText(json, block),
  content: (json, block) => {
    if (json.peek() !== 0x5b) return readText(json, block);
    json.enterArray();
    while (json.nextElement()) readObject(json, INNER, block);
  },
  input: (json, block) => {
    json.peek();
    const start = json.at;
    readObject(json, INPUT, block);
    block.inputBytes = json.at - start;
  },
});

const block = new Block();

/** Reads `message.content`, a string or a list of blocks, at the scanner's place. */
export const readContent = (json: JsonScanner, content: ContentFacts): void => {
  // Of a key that is there twice the last one counts.
  content.clear();
  const first = json.peek();
  if (first === 0x22) {
    block.clear();
    readText(json, block);
    content.blocks = 1;
    content.textBytes = block.bytes;
    content.head = block.head;
    return;
  }
  if (!json.enterArray()) return;
  while (json.nextElement()) {
    block.clear();
    if (!readObject(json, BLOCK, block)) continue;
    content.blocks += 1;
    addBlock(json, content);
  }
};

const addBlock = (json: JsonScanner, content: ContentFacts): void => {
  if (block.type === 'text') {
    if (content.textBytes === 0) content.head = block.head;
    content.textBytes += block.bytes;
  } else if (block.type === 'image' || block.type === 'document') {
    content.images += 1;
  } else if (block.type === 'tool_use' && block.id !== null) {
    const { id, inputBytes, filePath: path, command, planCommand: ofPlan } = block;
    const name = block.name ?? '';
    const isServer = block.otherPath !== null && namesPath(name);
    content.toolUses.push({
      id,
      name,
      inputBytes,
      filePath: path,
      command,
      planCommand: ofPlan,
      otherPath: isServer ? json.textOf(block.otherPath!) : null,
    });
  } else if (block.type === 'tool_result' && block.resultFor !== null) {
    const { resultFor: id, isError, bytes, head } = block;
    content.toolResults.push({
      id,
      isError,
      bytes,
      head: isError ? json.textOf(head, HEAD_BYTES) : '',
    });
  }
};
