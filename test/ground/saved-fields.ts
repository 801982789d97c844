import ts from 'typescript';
import type { SourceFile } from './tidy-rules.ts';

/** A class or an object that keeps something between two calls, and the two places that must know all of it. */
interface Keeper {
  readonly path: string;
  readonly name: string;
  /** Fields that change, or hold something that does. */
  readonly fields: readonly string[];
  /** Where it is made plain data of, and where that is put back. */
  readonly save: ts.Node | undefined;
  readonly load: ts.Node | undefined;
}

/** A state that functions of their own save and load, as `saveDesk` does the `Desk`. */
export interface Outsider {
  readonly name: string;
  readonly save: string;
  readonly load: string;
}

const COLLECTION = /^(?:Bounded)?(?:Map|Set|List)$|^(?:Float|Int|Uint)\d+Array$/;

/**
 * What a checkpoint would miss: fields that change and that the saving side does not read or the
 * loading side does not mention, and classes that change and have neither side. `excused` says by
 * `Class` or `Class.field` what is rightly not kept, and why; an excuse that nothing needs any more is
 * told as well.
 */
export function findForgotten(
  files: readonly SourceFile[],
  outsiders: readonly Outsider[],
  excused: Readonly<Record<string, string>>,
): readonly string[] {
  const roots = files.map(({ path, text }) =>
    ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true),
  );
  const classes = roots.flatMap((root) => root.statements.filter(ts.isClassDeclaration));
  const saving = new Set(classes.filter((one) => methodOf(one, 'save')).map(nameOf));
  const byName = new Map(outsiders.map((one) => [one.name, one]));
  const keepers = [
    ...classes.map((one) => describeClass(one, saving, roots, byName.get(nameOf(one)))),
    ...roots.flatMap((root) => describeInterfaces(root, roots, byName)),
  ].filter(({ fields }) => fields.length > 0);
  const forgotten = [...keepers.flatMap(findMissing), ...roots.flatMap(findClosures)];
  const needed = new Set(forgotten.map(({ key }) => key));
  return [
    ...forgotten.flatMap(({ key, told }) => (key in excused ? [] : [told])),
    ...Object.keys(excused).flatMap((key) => (needed.has(key) ? [] : [`${key}: no excuse needed`])),
  ];
}

function findMissing({ path, name, fields, save, load }: Keeper) {
  if (save === undefined || load === undefined) {
    const told = `${path}: ${name} changes and has no save and load (${fields.join(', ')})`;
    return [{ key: name, told }];
  }
  const [saved, loaded] = [namesIn(save), namesIn(load)];
  return fields.flatMap((field) => {
    const sides = [...(saved.has(field) ? [] : ['save']), ...(loaded.has(field) ? [] : ['load'])];
    const key = `${name}.${field}`;
    return sides.length === 0
      ? []
      : [{ key, told: `${path}: ${key} not in ${sides.join(' or ')}` }];
  });
}

/** Variables that outlive the call they were made in, because a function inside sets them: no field shows them. */
function findClosures(root: ts.SourceFile) {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isVariableDeclarationList(node) && (node.flags & ts.NodeFlags.Let) !== 0) {
      const scope = ts.isVariableStatement(node.parent) ? node.parent.parent : node.parent;
      const maker = ts.findAncestor(node, ts.isFunctionLike);
      for (const { name } of node.declarations) {
        if (isSetElsewhere(scope, name.getText(), maker)) names.add(name.getText());
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(root);
  return [...names].map((name) => {
    const told = `${root.fileName}: ${name} is kept by a function that sets it`;
    return { key: `${root.fileName} ${name}`, told };
  });
}

/** Whether another function than `maker` gives `name` a value somewhere in `node`. */
function isSetElsewhere(node: ts.Node, name: string, maker: ts.Node | undefined): boolean {
  if (findTarget(node)?.getText() === name) {
    return ts.findAncestor(node, ts.isFunctionLike) !== maker;
  }
  return ts.forEachChild(node, (child) => isSetElsewhere(child, name, maker)) ?? false;
}

function findTarget(node: ts.Node): ts.Node | undefined {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) return node.operand;
  if (!ts.isBinaryExpression(node)) return undefined;
  const { kind } = node.operatorToken;
  const { FirstAssignment, LastAssignment } = ts.SyntaxKind;
  return kind >= FirstAssignment && kind <= LastAssignment ? node.left : undefined;
}

function describeClass(
  one: ts.ClassDeclaration,
  saving: ReadonlySet<string>,
  roots: readonly ts.SourceFile[],
  outsider: Outsider | undefined,
): Keeper {
  const fields = one.members.flatMap((member) =>
    ts.isPropertyDeclaration(member) && keepsState(member, saving) ? [member.name.getText()] : [],
  );
  return {
    path: one.getSourceFile().fileName,
    name: nameOf(one),
    fields,
    save: outsider ? functionOf(roots, outsider.save) : methodOf(one, 'save'),
    load: outsider
      ? functionOf(roots, outsider.load)
      : (methodOf(one, 'load') ?? methodOf(one, 'restore')),
  };
}

/** All their fields count: a desk's set-up is excused by name. */
function describeInterfaces(
  root: ts.SourceFile,
  roots: readonly ts.SourceFile[],
  outsiders: ReadonlyMap<string, Outsider>,
): readonly Keeper[] {
  return root.statements.filter(ts.isInterfaceDeclaration).flatMap((one) => {
    const outsider = outsiders.get(one.name.text);
    if (outsider === undefined) return [];
    return {
      path: root.fileName,
      name: one.name.text,
      fields: one.members.flatMap((member) => (member.name ? [member.name.getText()] : [])),
      save: functionOf(roots, outsider.save),
      load: functionOf(roots, outsider.load),
    };
  });
}

/** It can be set again, or what it holds can change: a collection, or a part with a state of its own. */
function keepsState(member: ts.PropertyDeclaration, saving: ReadonlySet<string>): boolean {
  const { modifiers, initializer, type } = member;
  const has = (kind: ts.SyntaxKind) => modifiers?.some((one) => one.kind === kind) ?? false;
  if (has(ts.SyntaxKind.StaticKeyword)) return false;
  if (!has(ts.SyntaxKind.ReadonlyKeyword)) return true;
  if (initializer !== undefined) {
    return (
      ts.isNewExpression(initializer) ||
      ts.isArrayLiteralExpression(initializer) ||
      ts.isObjectLiteralExpression(initializer) ||
      ts.isCallExpression(initializer)
    );
  }
  const words = type?.getText().match(/\w+/g) ?? [];
  return words.some((word) => COLLECTION.test(word) || saving.has(word));
}

function nameOf(one: ts.ClassDeclaration): string {
  return one.name?.text ?? '';
}

function methodOf(one: ts.ClassDeclaration, name: string): ts.Node | undefined {
  return one.members.find(
    (member) => ts.isMethodDeclaration(member) && member.name.getText() === name,
  );
}

function functionOf(roots: readonly ts.SourceFile[], name: string): ts.Node | undefined {
  return roots
    .flatMap((root) => root.statements.filter(ts.isFunctionDeclaration))
    .find((one) => one.name?.text === name);
}

/** Every `x.name` inside, private names too, and what is taken apart. */
function namesIn(body: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAccessExpression(node)) names.add(node.name.text);
    if (ts.isBindingElement(node)) names.add((node.propertyName ?? node.name).getText());
    ts.forEachChild(node, visit);
  };
  visit(body);
  return names;
}
