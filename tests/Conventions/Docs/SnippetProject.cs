using System.Text.RegularExpressions;

namespace Larder.Conventions.Docs;

/// <summary>A project under artifacts/ that holds every block of the documentation, built against the assemblies under test.</summary>
internal static partial class SnippetProject
{
    private const string Folder = "artifacts/docs-snippets";
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(4);

    /// <summary>Builds the files and returns the errors, each with the page and line that it stands for.</summary>
    /// <param name="files">Names and contents.</param>
    public static IReadOnlyList<string> Build(IEnumerable<(string Name, string Text)> files)
    {
        var folder = Repository.FullPath(Folder);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        foreach (var (name, text) in files.Concat(BuildFiles()))
        {
            File.WriteAllText(Path.Combine(folder, name), text);
        }

        var (exitCode, output) = DotnetCommand.Run(folder, Timeout, "build", "DocsSnippets.csproj", "--nologo", "-v:quiet", "-tl:off", "-maxCpuCount:1");
        var errors = output.Split('\n').Where(line => Error().IsMatch(line)).Select(Shorten).Distinct().ToList();
        return exitCode != 0 && errors.Count == 0 ? [$"dotnet build ended with exit code {exitCode}:\n{output}"] : errors;
    }

    private static IEnumerable<(string Name, string Text)> BuildFiles()
    {
        yield return ("Directory.Build.props", "<Project />\n");
        yield return ("Directory.Build.targets", "<Project />\n");
        yield return ("Directory.Packages.props", "<Project />\n");
        yield return (".editorconfig", "root = true\n");
        yield return ("DocsSnippets.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <LangVersion>latest</LangVersion>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
                <!-- With symbols the compiler would embed the pages that the line directives name, and not find them. -->
                <DebugType>none</DebugType>
                <EmbedUntrackedSources>false</EmbedUntrackedSources>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <!-- Examples may leave things unused, unreachable or without documentation. -->
                <NoWarn>CS0162;CS0164;CS0168;CS0169;CS0219;CS0414;CS0649;CS1591;CS1998;CS8321;CS8981;NU1701;MSB3277</NoWarn>
                <DefineConstants>$(DefineConstants);DOCS</DefineConstants>
              </PropertyGroup>
              <ItemGroup>
                <FrameworkReference Include="Microsoft.AspNetCore.App" />
                <Compile Include="{Repository.FullPath("docs/snippets")}/**/*.cs" />
            {string.Concat(References().Select(path => $"    <Reference Include=\"{path}\" />\n"))}  </ItemGroup>
            </Project>

            """);
    }

    private static IEnumerable<string> References() => Directory
        .EnumerateFiles(AppContext.BaseDirectory, "Larder*.dll")
        .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "Microsoft.Extensions.*.dll"))
        .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "Microsoft.EntityFrameworkCore*.dll"))
        .Concat(Directory.EnumerateFiles(AppContext.BaseDirectory, "Npgsql.dll"))
        .Order(StringComparer.Ordinal);

    private static string Shorten(string line) =>
        ProjectSuffix().Replace(line.Trim(), "").Replace(Repository.FullPath(Folder) + "/", "").Replace(Repository.Root + "/", "");

    [GeneratedRegex(@"\b(error|warning) [A-Z]+\d+")]
    private static partial Regex Error();

    [GeneratedRegex(@"\s*\[[^\]]*\.csproj\]$")]
    private static partial Regex ProjectSuffix();
}
