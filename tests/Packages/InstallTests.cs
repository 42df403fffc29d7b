using Larder.Conventions;
using Larder.Conventions.Docs;

namespace Larder.Packages;

/// <summary>What a user does with the packages: projects away from this repository, which know Larder as packages alone.</summary>
[Trait("Category", "Slow")]
public sealed class InstallTests(PackedFolder folder)
{
    /// <summary>The code of README.md is in pieces of an application: this runs them, and says what it saw.</summary>
    private const string Main = """
        using Larder;
        using Microsoft.Extensions.DependencyInjection;

        await Probe.RunAsync();

        internal sealed class Probe : DocsSnippets.Prelude
        {
            public static async Task RunAsync()
            {
                await new DocsSnippets.FIRST.Snippet().RunAsync();
                await using var provider = services.BuildServiceProvider();
                var products = provider.GetRequiredKeyedService<ICache>("products");
                await products.SetAsync("1", "shoe");
                Console.WriteLine((await products.GetTimeToLiveAsync("1")).Remaining > TimeSpan.FromMinutes(119));

                var users = new DocsSnippets.SECOND.UserService(provider.GetRequiredService<ICache>(), db);
                Console.WriteLine(await users.FindAsync(42, CancellationToken.None));
                Console.WriteLine(await users.FindAsync(42, CancellationToken.None));
                await users.SaveAsync(user, CancellationToken.None);
                Console.WriteLine(await users.FindAsync(42, CancellationToken.None));
                Console.WriteLine(provider.GetRequiredService<ICache>().Statistics.Snapshot().Loads);

                await new DocsSnippets.THIRD.Snippet().RunAsync();
            }
        }

        """;

    [Fact]
    [Ledger(38)]
    public void The_code_of_the_README_runs_in_a_project_that_installs_the_packages()
    {
        var blocks = MarkdownPage.Read("README.md").Blocks.Where(block => block.IsCSharp).ToList();
        var project = NewProject("readme", "Microsoft.NET.Sdk.Web", folder.Packages.Where(package => !package.IsTool));
        foreach (var block in blocks)
        {
            File.WriteAllText(Path.Combine(project, SnippetFile.NamespaceOf(block) + ".cs"), SnippetFile.Write(block, []));
        }

        foreach (var path in new[] { "Db.cs", "Prelude.cs", "User.cs" })
        {
            File.Copy(Repository.FullPath($"docs/snippets/{path}"), Path.Combine(project, path));
        }

        File.WriteAllText(Path.Combine(project, "Program.cs"), Main
            .Replace("DocsSnippets.FIRST", SnippetFile.NamespaceOf(blocks[0]))
            .Replace("DocsSnippets.SECOND", SnippetFile.NamespaceOf(blocks[1]))
            .Replace("DocsSnippets.THIRD", SnippetFile.NamespaceOf(blocks[2])));

        Build(project);

        const string User = "User { Id = 42, Name = Ada }";
        Assert.Equal(["True", User, User, User, "2"], Start(project));
    }

    /// <summary>Each with the one package, and the first piece of code of its page as the whole program.</summary>
    [Fact]
    public void The_page_of_a_package_is_a_program_for_those_who_install_that_package_alone()
    {
        var solution = folder.NewFolder("alone");
        var projects = new List<string>();
        foreach (var package in folder.Packages.Where(package => !package.IsTool))
        {
            var program = MarkdownPage.Read($"src/{package.Id}/README.md").Blocks.First(block => block.IsCSharp);
            var project = NewProject($"alone/{package.Id}", package.NeedsAspNetCore ? "Microsoft.NET.Sdk.Web" : "Microsoft.NET.Sdk", [package]);
            File.WriteAllText(Path.Combine(project, "Program.cs"), program.Code + "\n");
            projects.Add(project);
        }

        File.WriteAllText(Path.Combine(solution, "alone.slnx"), $"<Solution>{string.Concat(projects.Select(project => $"<Project Path=\"{ProjectFile(project)}\" />"))}</Solution>");
        Build(solution);

        Assert.Equal(["Hello! 1 load", "False"], Start(Path.Combine(solution, "Larder")));
        Assert.Equal(["True", "False"], Start(Path.Combine(solution, "Larder.Testing")));
    }

    private static string ProjectFile(string project) => Path.Combine(project, Path.GetFileName(project) + ".App.csproj");

    private static void Build(string project) => PackedFolder.Run(project, "build", "-c", "Release", "--nologo", "-v:quiet", "-tl:off");

    private static string[] Start(string project) =>
        PackedFolder.Run(project, Path.Combine(project, "bin/Release/net10.0", Path.GetFileName(project) + ".App.dll")).TrimEnd().Split('\n');

    /// <summary>Packages come from the folder, and what they depend on from where this machine has it from. What is Larder's is unpacked beside the project, and goes with it.</summary>
    private string NewProject(string name, string sdk, IEnumerable<Package> packages)
    {
        var project = folder.NewFolder(name);
        File.WriteAllText(Path.Combine(project, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{folder.Source}" />
              </packageSources>
            </configuration>

            """);
        File.WriteAllText(ProjectFile(project), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <RestorePackagesPath>{Path.Combine(folder.Source, "..", "unpacked")}</RestorePackagesPath>
                <RestoreFallbackFolders>{UserPackages()}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
            {string.Concat(packages.Select(package => $"    <PackageReference Include=\"{package.Id}\" Version=\"{package.Version}\" />\n"))}  </ItemGroup>
            </Project>

            """);
        return project;
    }

    /// <summary>Where this machine keeps packages that it has already; they are used where they are.</summary>
    private static string UserPackages()
    {
        var output = PackedFolder.Run(Repository.Root, "nuget", "locals", "global-packages", "--list", "--force-english-output");
        return output[(output.IndexOf(':') + 1)..].Trim();
    }
}
