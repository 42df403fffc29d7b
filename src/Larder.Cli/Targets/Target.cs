namespace Larder.Cli.Targets;

/// <summary>Opens caches.</summary>
internal static class Target
{
    public static async ValueTask<ITarget> OpenAsync(TargetAddress address, CancellationToken cancellationToken) =>
        address.Url is null ? await RedisTarget.OpenAsync(address, cancellationToken) : await DashboardTarget.OpenAsync(address, cancellationToken);
}
