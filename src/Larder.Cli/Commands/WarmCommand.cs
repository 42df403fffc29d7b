using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Targets;
using Larder.Cli.Warming;

namespace Larder.Cli.Commands;

/// <summary><c>larder warm</c>.</summary>
internal sealed class WarmCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new(
        "warm", new Column("source", "Source"), new Column("read", "Read"), new Column("done", "Done"), new Column("skipped", "Skipped"), new Column("failed", "Failed"), new Column("dryRun", "Dry run"));

    private readonly Argument<string?> _file = new("file") { Description = "Entries as JSON, one a line: {\"key\", \"value\", \"ttl\", \"tags\", \"type\"}; - reads the standard input.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _urls = new("--urls") { Description = "A file of addresses, one a line, that are called instead; - reads the standard input. No cache is named then.", HelpName = "file" };
    private readonly Option<TimeSpan> _timeToLive = Duration("--ttl", "How long entries live that do not say it.", TimeSpan.FromMinutes(5));
    private readonly Option<int> _concurrency = Number("--concurrency", "How many are stored or called at the same time.", 8, 1, 1_000);
    private readonly Option<bool> _add = new("--add") { Description = "Leaves entries that are there as they are." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Reads and checks all lines, and stores or calls nothing." };

    public WarmCommand(ToolSetup setup)
        : base(
            "warm",
            "Fills a cache in Redis from a file, or calls addresses whose application fills its own. A malformed line ends it with the exit code 2; try --dry-run before.",
            setup,
            "warm products.jsonl --redis localhost:6379 --cache shop --ttl 2h",
            "jq -c '.[] | {key: \"product:\\(.id)\", value: .}' products.json | larder warm - --add",
            "warm --urls addresses.txt --concurrency 4")
    {
        Add(_file);
        Add(_urls);
        Add(_timeToLive);
        Add(_concurrency);
        Add(_add);
        Add(_dryRun);
        Validators.Add(result =>
        {
            if (result.GetValue(_file) is null == result.GetValue(_urls) is null)
            {
                result.AddError("Either a file of entries or --urls is needed, and not both.");
            }
        });
    }

    protected override Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken) =>
        invocation.Get(_urls) is { } urls ? CallAsync(invocation, urls, cancellationToken) : StoreAsync(invocation, invocation.Get(_file)!, cancellationToken);

    private async Task<int> StoreAsync(Invocation invocation, string file, CancellationToken cancellationToken)
    {
        var address = invocation.Address();
        if (address.Url is not null)
        {
            throw ToolException.Usage("A dashboard stores no values.", "Name a Redis with --redis, or call addresses of the application with --urls.");
        }

        await using var target = invocation.Get(_dryRun) ? null : await RedisTarget.OpenAsync(address, cancellationToken);
        var store = target is null ? null : new WarmStore(target, invocation.Get(_timeToLive), invocation.Get(_add));
        return await RunAsync(
            invocation,
            file,
            async (line, number) =>
            {
                var entry = WarmEntry.Parse(line, number);
                return store is null || await store.StoreAsync(entry, cancellationToken) ? Outcome.Done : Outcome.Skipped;
            },
            cancellationToken);
    }

    private async Task<int> CallAsync(Invocation invocation, string file, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(100) };
        var urls = new WarmUrls(client);
        var gate = new Lock();
        return await RunAsync(
            invocation,
            file,
            async (line, _) =>
            {
                if (line.StartsWith('#'))
                {
                    return Outcome.Skipped;
                }

                var problem = WarmUrls.Check(line);
                if (problem is null && !invocation.Get(_dryRun))
                {
                    problem = await urls.CallAsync(line, cancellationToken);
                }

                if (problem is null)
                {
                    return Outcome.Done;
                }

                lock (gate)
                {
                    invocation.Say($"{Humane.Printable(line)}: {problem}");
                }

                return Outcome.Failed;
            },
            cancellationToken);
    }

    private async Task<int> RunAsync(Invocation invocation, string file, Func<string, long, ValueTask<Outcome>> each, CancellationToken cancellationToken)
    {
        using var reader = file == "-" ? null : File.Exists(file) ? File.OpenText(file) : throw ToolException.NotFound($"There is no file {file}.");
        using var progress = new ProgressLine(invocation.Terminal, "lines done");
        var (read, counts) = (0L, new long[3]);
        await Parallel.ForEachAsync(
            Lines(reader ?? invocation.Terminal.Input),
            new ParallelOptions { MaxDegreeOfParallelism = invocation.Get(_concurrency), CancellationToken = cancellationToken },
            async (line, _) =>
            {
                var outcome = await each(line.Text, line.Number);
                Interlocked.Increment(ref counts[(int)outcome]);
                progress.Report(Interlocked.Increment(ref read));
            });
        progress.Dispose();
        invocation.Write(s_shape, file, read, counts[(int)Outcome.Done], counts[(int)Outcome.Skipped], counts[(int)Outcome.Failed], invocation.Get(_dryRun));
        return counts[(int)Outcome.Failed] > 0 ? ExitCode.Error : ExitCode.Ok;
    }

    private static IEnumerable<(string Text, long Number)> Lines(TextReader reader)
    {
        for (var number = 1L; reader.ReadLine() is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return (line.Trim(), number);
            }
        }
    }

    private enum Outcome
    {
        Done,
        Skipped,
        Failed,
    }
}
