using Larder.Store;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.EntityFrameworkCore.Interception;

/// <summary>Carries the cache of a context in its options.</summary>
internal sealed class LarderOptionsExtension(StoreCore stores, EntityCacheOptions options) : IDbContextOptionsExtension
{
    private ExtensionInfo? _info;

    public StoreCore Stores { get; } = stores;

    public EntityCacheOptions Options { get; } = options;

    public DbContextOptionsExtensionInfo Info => _info ??= new ExtensionInfo(this);

    public void ApplyServices(IServiceCollection services) => services.AddScoped<ContextCache>();

    public void Validate(IDbContextOptions options)
    {
        // Settings are checked where the stores of a model are made, with the name of the entity type.
    }

    private sealed class ExtensionInfo(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "using Larder ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["Larder"] = "1";
    }
}
