using System.CommandLine;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Commands;

/// <summary><c>larder keys get</c>.</summary>
internal sealed class KeysGetCommand : ToolCommand
{
    private readonly Argument<string> _key = new("key") { Description = "The key, without the prefix of the cache." };
    private readonly Option<bool> _value = new("--value") { Description = "Shows the value too." };
    private readonly Option<int> _length = Number("--length", "How much of the value is shown, in bytes.", 4096, 1, EntryPreview.MaxLength);

    public KeysGetCommand(ToolSetup setup)
        : base("get", "Shows an entry. It counts as no read. The exit code is 3 when there is none.", setup, "keys get user:42 --redis localhost:6379 --cache shop", "keys get user:42 --value --output json | jq .value")
    {
        Add(_key);
        Add(_value);
        Add(_length);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        await using var target = await invocation.OpenAsync(cancellationToken);
        var key = invocation.Get(_key)!;
        var entry = await target.FindAsync(key, cancellationToken) ?? throw ToolException.NotFound($"There is no entry '{key}' in {target.Description}.");
        var preview = invocation.Get(_value) ? await target.PreviewAsync(key, invocation.Get(_length), cancellationToken) : null;
        var shape = EntryColumns.Single;
        var values = EntryColumns.SingleValues(entry, preview);
        if (preview is null)
        {
            // What was not asked for is not shown as missing.
            var shown = shape.Columns.Count - EntryColumns.ValueColumns;
            (shape, values) = (shape with { Columns = [.. shape.Columns.Take(shown)] }, values[..shown]);
        }

        invocation.Write(shape, values);
        return ExitCode.Ok;
    }
}
