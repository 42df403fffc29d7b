using System.Diagnostics;
using ApiExplorer.Database;

namespace ApiExplorer.Import;

/// <summary>Makes the catalogue on first start, and again when the installed frameworks have changed.</summary>
internal sealed class CatalogImporter(string databasePath, TextWriter output, bool isTerminal)
{
    // Part of the catalogue's signature: raise it when the schema or the reading of assemblies changes.
    private const int Revision = 2;

    /// <summary>Imports unless the catalogue is there and current.</summary>
    public void EnsureCatalog()
    {
        var frameworks = FrameworkLocator.Find();
        var signature = $"{Revision};{string.Join(';', frameworks.Select(framework => framework.Signature))}";
        if (File.Exists(databasePath) && ReadSignature() == signature)
            return;

        Directory.CreateDirectory(Path.GetDirectoryName(databasePath)!);
        var started = Stopwatch.GetTimestamp();
        foreach (var framework in frameworks)
        {
            var remark = framework.DocumentationPath is null ? " (no reference pack: names without documentation)" : "";
            output.WriteLine($"{framework.Name} {framework.Version}{remark}");
        }


        var assemblies = ReadAssemblies(frameworks);
        var documentation = ReadDocumentation(frameworks);
        var rows = Write(assemblies, documentation, signature);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{rows:N0} rows with {documentation.Count:N0} documentation texts in {seconds:F1} s: {databasePath}");
    }

    private string? ReadSignature()
    {
        using var session = new DatabaseSession(databasePath);
        var hasCatalog = session.QueryNumber("SELECT count(*) FROM sqlite_master WHERE name = 'catalog'") == 1;
        return hasCatalog ? session.QueryFirst("SELECT signature FROM catalog", static row => row.GetString(0)) : null;
    }

    private List<ImportedAssembly> ReadAssemblies(IReadOnlyList<FrameworkFolder> frameworks)
    {
        var files = frameworks
            .SelectMany(framework => Directory.EnumerateFiles(framework.Path, "*.dll").Select(file => (framework, file)))
            .OrderBy(pair => pair.framework.Name != FrameworkLocator.Base)
            .ThenBy(pair => pair.file, StringComparer.Ordinal)
            .ToList();
        var assemblies = new Dictionary<string, ImportedAssembly>(StringComparer.OrdinalIgnoreCase);
        using var progress = new ProgressLine(output, isTerminal, "Reading assemblies", files.Count);
        for (var i = 0; i < files.Count; i++)
        {
            progress.Report(i, Path.GetFileNameWithoutExtension(files[i].file));
            if (AssemblyReader.Read(files[i].file, files[i].framework.Name) is { } assembly)
                assemblies.TryAdd(assembly.Name, assembly);
        }

        var result = assemblies.Values.Where(assembly => assembly.Types.Count > 0).ToList();
        progress.Report(files.Count, $"{assemblies.Count} assemblies, {result.Count} with types of their own");
        return result;
    }

    private DocumentationFiles ReadDocumentation(IReadOnlyList<FrameworkFolder> frameworks)
    {
        var files = frameworks
            .Where(framework => framework.DocumentationPath is not null)
            .SelectMany(framework => Directory.EnumerateFiles(framework.DocumentationPath!, "*.xml"))
            .Order(StringComparer.Ordinal)
            .ToList();
        var documentation = new DocumentationFiles();
        if (files.Count == 0)
            return documentation;

        using var progress = new ProgressLine(output, isTerminal, "Reading documentation", files.Count);
        for (var i = 0; i < files.Count; i++)
        {
            progress.Report(i, Path.GetFileNameWithoutExtension(files[i]));
            documentation.Read(files[i]);
        }

        progress.Report(files.Count, $"{documentation.Count:N0} texts");
        return documentation;
    }

    /// <summary>Writes into a file beside the catalogue and swaps them, so that an import broken off leaves nothing half done.</summary>
    private long Write(List<ImportedAssembly> assemblies, DocumentationFiles documentation, string signature)
    {
        var newPath = databasePath + ".new";
        DeleteDatabase(newPath);
        long rows;
        using (var session = new DatabaseSession(newPath))
        {
            session.ExecuteScript("PRAGMA synchronous = OFF");
            session.ExecuteScript(EmbeddedFile.Read("schema.sql"));
            var writer = new CatalogWriter(session, documentation);
            using (var progress = new ProgressLine(output, isTerminal, "Writing the catalogue", assemblies.Count))
            {
                session.InTransaction(TransactionKind.Write, writer, (_, state) =>
                {
                    state.Write(assemblies, signature, progress.Report);
                    return 0;
                });
            }

            session.ExecuteScript(EmbeddedFile.Read("indexes.sql"));
            CarryNotesOver(session);
            session.ExecuteScript("INSERT INTO search (search) VALUES ('optimize'); ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);");
            rows = writer.Rows;
        }

        DeleteDatabase(databasePath);
        File.Move(newPath, databasePath);
        return rows;
    }

    /// <summary>A user's notes outlive a new import where their type still exists.</summary>
    private void CarryNotesOver(DatabaseSession session)
    {
        if (!File.Exists(databasePath) || ReadSignature() is null)
            return;

        session.Execute("ATTACH $1 AS old", databasePath);
        var moved = session.Execute(
            """
            INSERT INTO notes (type_id, namespace_id, assembly_id, text, created_at)
            SELECT new.id, new.namespace_id, new.assembly_id, note.text, note.created_at
            FROM old.notes note JOIN old.types old_type ON old_type.id = note.type_id
            JOIN types new ON new.documentation_id = old_type.documentation_id
            ORDER BY note.id
            """);
        session.ExecuteScript("DETACH old");
        if (moved > 0)
            output.WriteLine($"{moved} notes kept");
    }

    private static void DeleteDatabase(string path)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            File.Delete(path + suffix);
    }
}
