using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;

namespace Larder.EntityFrameworkCore.Model;

/// <summary>
/// Which stores a command writes of which only the text is known. EF Core writes the names of tables in one way, by which the target of a bulk command is found for certain; in text of the
/// application each table that is named counts as written, and if none is named, all of them.
/// </summary>
internal sealed class SqlTargets
{
    private static readonly string[] WritingWords = ["INSERT", "UPDATE", "DELETE", "MERGE", "REPLACE INTO", "TRUNCATE", "CALL", "EXEC", "EXECUTE", "COPY", "ALTER", "DROP", "REFRESH", "DO"];
    private static readonly string[] DeletingWords = ["DELETE", "MERGE", "REPLACE INTO", "TRUNCATE", "DROP"];

    private readonly CachedModel _model;
    private readonly (string Written, string Name, HashSet<EntityStore> Stores)[] _tables;

    public SqlTargets(CachedModel model, ISqlGenerationHelper sql)
    {
        _model = model;
        var tables = new Dictionary<(string? Schema, string Name), HashSet<EntityStore>>();
        foreach (var (type, store) in model.Types)
        {
            var mapped = type.GetTableMappings().Select(mapping => (ITableBase)mapping.Table).Concat(type.GetViewMappings().Select(mapping => (ITableBase)mapping.View));
            foreach (var table in mapped)
            {
                (tables.TryGetValue((table.Schema, table.Name), out var stores) ? stores : tables[(table.Schema, table.Name)] = []).Add(store);
            }
        }

        _tables = [.. tables.Select(table => (sql.DelimitIdentifier(table.Key.Name, table.Key.Schema), table.Key.Name, table.Value))];
    }

    /// <summary>Finds the stores that a command of ExecuteUpdate or ExecuteDelete writes.</summary>
    /// <returns>The stores, and whether rows may be deleted.</returns>
    public (IReadOnlyCollection<EntityStore> Stores, bool Deletes) OfBulk(string text)
    {
        var body = WithoutComments(text);

        // The source of the command does not tell: EF Core names both alike.
        var deletes = !body.StartsWith("UPDATE", StringComparison.OrdinalIgnoreCase);
        foreach (var verb in (ReadOnlySpan<string>)["UPDATE ", "DELETE FROM "])
        {
            foreach (var (written, _, stores) in body.StartsWith(verb, StringComparison.OrdinalIgnoreCase) ? _tables : [])
            {
                if (body[verb.Length..].StartsWith(written, StringComparison.Ordinal) && IsEnd(body, verb.Length + written.Length))
                {
                    return (stores, deletes);
                }
            }
        }

        // Another dialect, which names an alias first: the target is among the tables that are named.
        return (OrAll([.. _tables.Where(table => Names(text, table.Written, StringComparison.Ordinal)).SelectMany(table => table.Stores)]), deletes);
    }

    /// <summary>Tells whether text of the application that returns rows may write.</summary>
    public static bool Writes(string text) => Array.Exists(WritingWords, word => Names(text, word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Finds the stores whose tables are named in a text.</summary>
    public HashSet<EntityStore> NamedIn(string text) => [.. _tables.Where(table => Names(text, table.Name, StringComparison.OrdinalIgnoreCase)).SelectMany(table => table.Stores)];

    /// <summary>Finds what text of the application writes.</summary>
    /// <returns>The stores, and whether rows may be deleted.</returns>
    public (IReadOnlyCollection<EntityStore> Stores, bool Deletes) OfRaw(string text)
    {
        var named = NamedIn(text);
        return named.Count == 0 && text.AsSpan().TrimStart().StartsWith("SET ", StringComparison.OrdinalIgnoreCase)
            ? ([], false)
            : (OrAll(named), named.Count == 0 || Array.Exists(DeletingWords, word => Names(text, word, StringComparison.OrdinalIgnoreCase)));
    }

    private HashSet<EntityStore> OrAll(HashSet<EntityStore> named) => named.Count > 0 ? named : [.. _model.Stores];

    private static string WithoutComments(string text)
    {
        var rest = text.AsSpan().TrimStart();
        while (rest.StartsWith("--", StringComparison.Ordinal) && rest.IndexOf('\n') is > 0 and var end)
        {
            rest = rest[end..].TrimStart();
        }

        return rest.ToString();
    }

    /// <summary>Tells whether a name stands in a text, and is not part of a longer one.</summary>
    private static bool Names(string text, string name, StringComparison comparison)
    {
        for (var at = text.IndexOf(name, comparison); at >= 0; at = text.IndexOf(name, at + 1, comparison))
        {
            if ((at == 0 || !IsPart(text[at - 1]) || !IsPart(name[0])) && (at + name.Length == text.Length || !IsPart(text[at + name.Length]) || !IsPart(name[^1])))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEnd(string text, int at) => at >= text.Length || (!IsPart(text[at]) && text[at] != '.');

    private static bool IsPart(char character) => char.IsLetterOrDigit(character) || character is '_' or '$';
}
