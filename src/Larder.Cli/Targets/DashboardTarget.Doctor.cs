using System.Text.Json.Nodes;
using Larder.Cli.Doctor;

namespace Larder.Cli.Targets;

/// <summary>What an application says of the health of its caches and of the processes beside it.</summary>
internal sealed partial class DashboardTarget
{
    public async ValueTask<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken)
    {
        var overview = await GetAsync<JsonObject>("api/overview", cancellationToken);
        var levels = await GetAsync<JsonObject>("api/levels", cancellationToken);
        var nodes = await GetAsync<JsonObject>("api/nodes", cancellationToken);
        return ApplicationDoctor.Judge(Cache, overview ?? [], levels ?? [], nodes ?? []).ToArray();
    }
}
