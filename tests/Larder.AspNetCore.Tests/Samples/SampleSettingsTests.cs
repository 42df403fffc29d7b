using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Larder.AspNetCore.Tests.Samples;

/// <summary>The settings that the samples show are ones that Larder knows, and do what they say.</summary>
public sealed partial class SampleSettingsTests
{
    [Theory]
    [Ledger(29, 30)]
    [InlineData("Development", "webapi-dev", 5, 0.0, 10_000)]
    [InlineData("Production", "webapi-prod", 60, 0.1, 100_000)]
    public async Task The_environment_decides_how_long_entries_live_and_what_their_keys_begin_with(string environment, string prefix, int minutes, double jitter, int maxEntries)
    {
        await using var factory = new WebApplicationFactory<Program>().WithWebHostBuilder(host => host.UseEnvironment(environment));

        var options = factory.Services.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get("default");

        Assert.Equal((prefix, TimeSpan.FromMinutes(minutes), jitter, maxEntries), (options.Prefix, options.TimeToLive, options.TimeToLiveJitter, options.Memory.MaxEntries));
        Assert.NotNull(factory.Services.GetRequiredService<ICache>());
    }

    [Theory]
    [Ledger(14, 38)]
    [InlineData(".env.example", 6)]
    [InlineData("compose.yaml", 3)]
    public async Task Every_setting_of_Larder_is_one_that_it_knows(string file, int count)
    {
        var settings = Setting().Matches(await File.ReadAllTextAsync(Path.Combine(Samples(), file)))
            .Select(match => (Name: match.Groups[1].Value, Value: match.Groups[2].Value.Trim()))
            .Where(setting => setting.Name != "Larder__Postgres") // The sample's own.
            .ToList();
        Assert.Equal(count, settings.Count);

        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name.Replace("__", ":", StringComparison.Ordinal), (string?)setting.Value)))
            .Build();
        await using var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration).AddLarder(larder => larder.UseRedis()).Services.BuildServiceProvider();

        // Nothing connects before the first operation; a setting that is not known throws here.
        Assert.NotNull(services.GetRequiredService<ICache>());
    }

    private static string Samples()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Larder.slnx")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("The repository is not above the tests.");
        }

        return Path.Combine(folder.FullName, "samples");
    }

    /// <summary>A setting, commented out or not: <c>Name=value</c> in an environment file, <c>Name: value</c> in YAML.</summary>
    [GeneratedRegex(@"^[ #]*(Larder__\w+)(?:=|: )(.*)$", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
