using Larder;
using Larder.Samples.WebApi;
using Larder.Samples.WebApi.Agents;
using Larder.Samples.WebApi.Products;
using Larder.Samples.WebApi.Sessions;
using Larder.Samples.WebApi.Users;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton<UserDirectory>();
builder.Services.AddSingleton<ProductCatalogue>();

// In Redis if Larder:Redis:ConnectionString is set, otherwise in memory.
builder.Services.AddLarder(larder => larder
    .UseRedis(_ => { })
    .Configure(cache => cache.Prefix = "webapi")
    .AsOutputCacheStore()
    .AsDistributedCache());
builder.Services.AddOutputCache();
builder.Services.AddSession(options => options.IdleTimeout = TimeSpan.FromMinutes(30));
builder.Services.AddRateLimiter(RateLimits.Configure);
builder.Services.AddHealthChecks().AddLarder().AddLarderReadiness();
builder.Services.AddHostedService<Telemetry>();

var app = builder.Build();
app.UseRateLimiter();
app.UseOutputCache();
app.UseSession();

UserEndpoints.Map(app);
ProductEndpoints.Map(app);
AgentEndpoints.Map(app);
SessionEndpoints.Map(app);
app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new() { Predicate = check => check.Tags.Contains("ready") });
app.MapHealthChecks("/health/cache", new() { Predicate = check => check.Name == "larder" });

// Without a policy it is shown in Development to requests of this machine only.
app.MapLarderStatus("/cache");
app.Run();
