using System.Diagnostics;

namespace ApiExplorer.Import;

/// <summary>Makes the catalogue on first start, and again when the installed frameworks have changed.</summary>
internal sealed class CatalogImporter(ICatalogTarget target, IReadOnlyList<string> onlyAssemblies, TextWriter output, bool isTerminal)
{
    // Part of the catalogue's signature: raise it when the schema or the reading of assemblies changes.
    private const int Revision = 4;

    /// <summary>Imports unless the catalogue is there and current.</summary>
    public async Task EnsureCatalogAsync()
    {
        var frameworks = FrameworkLocator.Find();
        var signature = $"{Revision};{string.Join(';', frameworks.Select(framework => framework.Signature))}";
        if (onlyAssemblies.Count > 0)
            signature += $";{string.Join(',', onlyAssemblies)}";
        if (await target.ReadSignatureAsync() == signature)
            return;

        var started = Stopwatch.GetTimestamp();
        foreach (var framework in frameworks)
        {
            var remark = framework.DocumentationPath is null ? " (no reference pack: names without documentation)" : "";
            output.WriteLine($"{framework.Name} {framework.Version}{remark}");
        }

        var assemblies = ReadAssemblies(frameworks);
        var documentation = ReadDocumentation(frameworks);
        var rows = 0L;
        var notes = await target.ReplaceAsync(signature, writer => rows = Write(writer, assemblies, documentation, signature));
        if (notes > 0)
            output.WriteLine($"{notes} notes kept");
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"{rows:N0} rows with {documentation.Count:N0} documentation texts in {seconds:F1} s: {target.Description}");
    }

    private bool IsWanted(string name) => onlyAssemblies.Count == 0 || onlyAssemblies.Contains(name, StringComparer.OrdinalIgnoreCase);

    private List<ImportedAssembly> ReadAssemblies(IReadOnlyList<FrameworkFolder> frameworks)
    {
        var files = frameworks
            .SelectMany(framework => Directory.EnumerateFiles(framework.Path, "*.dll").Select(file => (framework, file)))
            .Where(pair => IsWanted(Path.GetFileNameWithoutExtension(pair.file)))
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
            .Where(file => IsWanted(Path.GetFileNameWithoutExtension(file)))
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

    private long Write(IRowWriter rows, List<ImportedAssembly> assemblies, DocumentationFiles documentation, string signature)
    {
        var writer = new CatalogWriter(rows, documentation);
        using var progress = new ProgressLine(output, isTerminal, "Writing the catalogue", assemblies.Count);
        writer.Write(assemblies, signature, progress.Report);
        return writer.Rows;
    }
}
