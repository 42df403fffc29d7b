using System.CommandLine;
using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Larder.Cli.Serving;

namespace Larder.Cli.Commands;

/// <summary><c>larder dashboard</c>.</summary>
internal sealed class DashboardCommand : ToolCommand
{
    private static readonly ReportShape s_shape = new("dashboard", new Column("url", "Open"), new Column("allowsWrites", "Can remove entries"));

    private readonly Option<int> _port = Number("--port", "The port on 127.0.0.1; 0 for a free one.", 7777, 0, 65_535);
    private readonly Option<bool> _allowWrites = new("--allow-writes") { Description = "Lets the page remove, expire and clear. Without it, it only shows." };

    public DashboardCommand(ToolSetup setup)
        : base(
            "dashboard",
            "Shows a cache in Redis in the browser, until Ctrl-C. It listens on this machine alone, and wants the token that is in the address which it prints.",
            setup,
            "dashboard --redis localhost:6379 --cache shop",
            "dashboard --redis localhost:6379 --cache shop --port 0 --allow-writes")
    {
        Add(_port);
        Add(_allowWrites);
    }

    protected override async Task<int> RunAsync(Invocation invocation, CancellationToken cancellationToken)
    {
        var address = invocation.Address();
        if (address.Url is not null)
        {
            throw ToolException.Usage($"The application has a dashboard already: {address.Url}", "Name a Redis with --redis to see one without an application.");
        }

        var token = new LoginToken();
        await using var app = DashboardSite.Create(address, invocation.Get(_port), invocation.Get(_allowWrites), token);
        await app.StartAsync(cancellationToken);
        invocation.Write(s_shape, $"{app.Urls.First()}/login?t={token.Text}", invocation.Get(_allowWrites));
        await invocation.Terminal.Output.FlushAsync(cancellationToken);
        if (invocation.IsForPeople)
        {
            invocation.Say("The token is good until this process ends. Ctrl-C ends it.");
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Terminal.Time, cancellationToken);
        return ExitCode.Ok;
    }
}
