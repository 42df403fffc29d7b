-- Made after the import, which is faster than keeping them while rows are added.

CREATE INDEX types_by_namespace ON types (namespace_id, name, id);
CREATE INDEX types_by_assembly ON types (assembly_id, id);
CREATE INDEX types_by_documentation_id ON types (documentation_id);
CREATE INDEX types_by_declaring ON types (declaring_id, name) WHERE declaring_id IS NOT NULL;
CREATE INDEX relations_by_type ON type_relations (type_id, kind, target_id);
CREATE INDEX relations_by_target ON type_relations (target_id, kind, type_id) WHERE target_id IS NOT NULL;
CREATE INDEX members_by_type ON members (type_id, id);
CREATE INDEX members_by_kind ON members (type_id, kind, is_obsolete);
CREATE INDEX notes_by_type ON notes (type_id, id);
CREATE INDEX notes_by_namespace ON notes (namespace_id, id);
CREATE INDEX notes_by_assembly ON notes (assembly_id, id);
