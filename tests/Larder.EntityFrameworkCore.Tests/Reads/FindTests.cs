using System.Collections;
using System.Net;
using System.Text.Json;
using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore.Tests.Reads;

/// <summary>Finds: what is cached, under which keys, what comes back, and who gets it.</summary>
public sealed class FindTests(ShopServers servers)
{
    [Theory]
    [Ledger(152, 153)]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    [InlineData(Backend.Layered)]
    public async Task A_row_is_loaded_once_and_each_find_makes_an_object_of_its_own_that_is_not_tracked(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var shop = await servers.ShopAsync(cache);
        var id = await AddProductAsync(shop);
        await using var context = shop.New();
        var first = await context.Products.FindCachedAsync(id);
        var second = await context.Products.FindCachedAsync(id);

        Assert.Equal(1, cache.Statistics.Snapshot().Loads);
        Assert.NotSame(first, second);
        Assert.Empty(context.ChangeTracker.Entries());
        first!.Name = "changed";
        Assert.Equal("first", (await context.Products.FindCachedAsync(id))!.Name);
        Assert.Equal(id, (await context.Products.FindManyCachedAsync([id, id, -1]))[id].Id);
        Assert.Equal(1, cache.Statistics.Snapshot().Loads - 1); // The row that is not there.
    }

    [Theory]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    public async Task Owned_objects_complex_values_and_private_fields_come_back(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var shop = await servers.ShopAsync(cache);
        var id = new CustomerId(Guid.NewGuid());
        await shop.WithAsync(context =>
        {
            context.Add(new Customer(id, "Ada")
            {
                Home = new Address { Street = "Main", Place = new Place { Latitude = 1.5 } },
                Phones = [new Phone { Number = "1" }, new Phone { Number = "2" }],
                Preferences = new Preferences { Language = "en", Topics = ["a", "b"] },
                Credit = new Money(12.50m, "USD"),
            });
            return context.SaveChangesAsync();
        });

        for (var i = 0; i < 2; i++)
        {
            var found = await shop.WithAsync(context => context.Customers.FindCachedAsync(id).AsTask());
            Assert.Equal((id, "Ada", "Main", 1.5, "en"), (found!.Id, found.Name, found.Home.Street, found.Home.Place!.Latitude, found.Preferences!.Language));
            Assert.Equal(["1", "2"], found.Phones.Select(phone => phone.Number).Order(StringComparer.Ordinal));
            Assert.Equal(["a", "b"], found.Preferences.Topics);
            Assert.Equal(new Money(12.50m, "USD"), found.Credit);
            Assert.Empty(found.Orders);
        }

        Assert.Equal(1, cache.Statistics.Snapshot().Loads);
    }

    [Theory]
    [InlineData("street")]
    [InlineData("place")]
    [InlineData("phone")]
    [InlineData("preferences")]
    [InlineData("credit")]
    public async Task A_change_of_a_part_drops_the_row_that_it_belongs_to(string part)
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var id = new CustomerId(Guid.NewGuid());
        await shop.WithAsync(context =>
        {
            context.Add(new Customer(id, "Ada") { Home = new Address { Place = new Place() }, Phones = [new Phone { Number = "1" }], Preferences = new Preferences() });
            return context.SaveChangesAsync();
        });
        var before = await DescribeAsync();
        await using (var context = shop.New())
        {
            var customer = await context.Customers.SingleAsync(row => row.Id == id);
            switch (part)
            {
                case "street":
                    customer.Home.Street = "new";
                    break;
                case "place":
                    customer.Home.Place!.Latitude = 2;
                    break;
                case "phone":
                    customer.Phones[0].Number = "2";
                    break;
                case "preferences":
                    customer.Preferences!.Language = "de";
                    break;
                default:
                    customer.Credit = customer.Credit with { Amount = 5 };
                    break;
            }

            await context.SaveChangesAsync();
        }

        Assert.NotEqual(before, await DescribeAsync());

        async Task<string> DescribeAsync() => JsonSerializer.Serialize(await shop.WithAsync(context => context.Customers.FindCachedAsync(id).AsTask()));
    }

    [Fact]
    public async Task Every_type_that_PostgreSQL_knows_comes_back()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var row = new Everything
        {
            Id = ShopServers.NewId(),
            Flag = true,
            Short = -3,
            Long = long.MinValue,
            Float = 1.1f,
            Double = Math.PI,
            Decimal = 12.3400m,
            Text = "quote\" \u0001 \u00e4 \ud83d\ude00",
            Character = 'x',
            Bytes = [1, 2, 255],
            Guid = Guid.NewGuid(),
            Date = new DateOnly(2024, 2, 29),
            Time = new TimeOnly(23, 59, 59, 999),
            Instant = new DateTime(2024, 1, 2, 3, 4, 5, 678, DateTimeKind.Utc),
            Offset = new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero),
            Interval = TimeSpan.FromDays(1.5),
            Numbers = [1, 2, 3],
            Words = ["a", "b,c"],
            Mood = Mood.Merry,
            Json = JsonDocument.Parse("""{"a": [1, null]}"""),
            Address = IPAddress.Parse("10.0.0.1"),
            Bits = new BitArray([true, false, true]),
        };
        await shop.WithAsync(context =>
        {
            context.Add(row);
            return context.SaveChangesAsync();
        });
        var loaded = await shop.WithAsync(context => context.Everything.FindCachedAsync(row.Id).AsTask());
        var cached = await shop.WithAsync(context => context.Everything.FindCachedAsync(row.Id).AsTask());
        Assert.Equal(1, cache.Statistics.Snapshot().Loads);
        foreach (var property in typeof(Everything).GetProperties())
        {
            var (expected, actual) = (property.GetValue(loaded), property.GetValue(cached));
            if (expected is JsonDocument json)
            {
                Assert.True(JsonElement.DeepEquals(json.RootElement, ((JsonDocument)actual!).RootElement));
            }
            else
            {
                Assert.Equal(expected, actual);
            }
        }
    }

    [Fact]
    public async Task Keys_of_several_parts_are_tuples_and_any_characters_are_allowed()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var order = await AddOrderAsync(shop, "a,b", "a:b", "%", "");
        var found = await shop.WithAsync(context => context.Lines.FindManyCachedAsync([(order, "a,b"), (order, "a:b"), (order, "%"), (order, ""), (order, "none")]).AsTask());
        Assert.Equal(4, found.Count);
        Assert.All(found, pair => Assert.Equal(pair.Key, (pair.Value.OrderId, pair.Value.Code)));
        Assert.Equal("a,b", (await shop.WithAsync(context => context.Lines.FindCachedAsync((order, "a,b")).AsTask()))!.Code);
        Assert.Equal(1, cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task A_key_of_the_wrong_type_is_refused()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        var shop = await servers.ShopAsync(cache);
        Assert.Contains("Product.Id", (await Assert.ThrowsAsync<ArgumentException>(() => shop.WithAsync(context => context.Products.FindCachedAsync("1").AsTask()))).Message, StringComparison.Ordinal);
        Assert.Contains("2 properties", (await Assert.ThrowsAsync<ArgumentException>(() => shop.WithAsync(context => context.Lines.FindCachedAsync(1).AsTask()))).Message, StringComparison.Ordinal);
        var without = await servers.ShopAsync(cache: null);
        Assert.Contains("UseLarder", (await Assert.ThrowsAsync<InvalidOperationException>(() => without.WithAsync(context => context.Products.FindCachedAsync(1).AsTask()))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_row_of_a_hierarchy_is_found_by_its_root_and_by_its_own_type()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var (cat, dog, car) = (ShopServers.NewId(), ShopServers.NewId(), ShopServers.NewId());
        await shop.WithAsync(context =>
        {
            context.AddRange(new Cat { Id = cat, Lives = 9 }, new Dog { Id = dog, Trick = "sit" }, new Car { Id = car, Doors = 4 });
            return context.SaveChangesAsync();
        });
        for (var i = 0; i < 2; i++)
        {
            await using var context = shop.New();
            Assert.Equal(9, Assert.IsType<Cat>(await context.Animals.FindCachedAsync(cat)).Lives);
            Assert.Null(await context.Set<Cat>().FindCachedAsync(dog));
            Assert.Equal("sit", (await context.Set<Dog>().FindCachedAsync(dog))!.Trick);
            Assert.Equal(4, Assert.IsType<Car>(await context.Vehicles.FindCachedAsync(car)).Doors);
        }

        Assert.Equal(3, cache.Statistics.Snapshot().Loads);
        await shop.WithAsync(context => context.Set<Dog>().Where(row => row.Id == dog).ExecuteUpdateAsync(set => set.SetProperty(row => row.Trick, "roll")));
        await shop.WithAsync(context => context.Set<Car>().Where(row => row.Id == car).ExecuteUpdateAsync(set => set.SetProperty(row => row.Doors, 5)));
        Assert.Equal("roll", ((Dog)(await shop.WithAsync(context => context.Animals.FindCachedAsync(dog).AsTask()))!).Trick);
        Assert.Equal(5, ((Car)(await shop.WithAsync(context => context.Vehicles.FindCachedAsync(car).AsTask()))!).Doors);
        await shop.WithAsync(context =>
        {
            context.Update(new Car { Id = car, Doors = 2 });
            return context.SaveChangesAsync();
        });
        Assert.Equal(2, ((Car)(await shop.WithAsync(context => context.Vehicles.FindCachedAsync(car).AsTask()))!).Doors);
    }

    [Fact]
    public async Task Tenants_never_share_a_row_and_a_mark_deletes_it()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache, larder => larder.Entity<Note>(note => note.NegativeTimeToLive = TimeSpan.FromMinutes(5)));
        var id = ShopServers.NewId();
        await shop.WithAsync(context =>
        {
            context.Add(new Note { Id = id, Tenant = "one", Text = "secret" });
            return context.SaveChangesAsync();
        });
        Assert.Null(await FindAsync("two"));
        Assert.Equal("secret", await FindAsync("one"));
        Assert.Null(await FindAsync("two"));
        Assert.Empty(await ListAsync("two"));
        Assert.Equal("secret", Assert.Single(await ListAsync("one")));
        Assert.Empty(await ListAsync("two"));
        await shop.WithAsync(async context =>
        {
            (await context.Notes.SingleAsync(row => row.Id == id)).IsDeleted = true;
            return await context.SaveChangesAsync();
        });
        Assert.Null(await FindAsync("one"));
        Assert.Empty(await ListAsync("one"));

        async Task<string?> FindAsync(string tenant)
        {
            await using var context = shop.New();
            context.Tenant = tenant;
            var one = (await context.Notes.FindCachedAsync(id))?.Text;
            Assert.Equal(one, (await context.Notes.FindManyCachedAsync([id])).GetValueOrDefault(id)?.Text);
            return one;
        }

        async Task<IReadOnlyList<string>> ListAsync(string tenant)
        {
            await using var context = shop.New();
            context.Tenant = tenant;
            var texts = await context.Notes.Where(row => row.Id == id).Select(row => row.Text).Cached().ToListAsync();
            Assert.Equal(texts, (await context.Notes.Where(row => row.Id == id).Cached().ToListAsync()).Select(row => row.Text));
            return texts;
        }
    }

    [Fact]
    public async Task Databases_of_several_tenants_have_keys_of_their_own()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache, larder => larder.Tenant = context => ((ShopContext)context).Tenant);
        var id = await AddProductAsync(shop);
        Assert.NotNull(await shop.FindAsync(id));
        await using var context = shop.New();
        context.Tenant = "two/a:b";
        Assert.NotNull(await context.Products.FindCachedAsync(id));
        Assert.Equal(2, cache.Statistics.Snapshot().Loads);
        context.Update(new Product { Id = id, Version = 2 });
        await context.SaveChangesAsync();
        Assert.Equal(2, (await context.Products.FindCachedAsync(id))!.Version);
        Assert.Equal(1, await shop.VersionAsync(id));
    }

    [Fact]
    public async Task A_key_that_the_database_rounds_is_not_cached_under_another_name()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var at = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddMinutes(ShopServers.NewId());
        await shop.WithAsync(context =>
        {
            context.Add(new Measurement { At = at.AddTicks(1), Value = 1 });
            return context.SaveChangesAsync();
        });
        Assert.Equal(1, (await FindAsync(at))!.Value);
        Assert.Equal(1, (await FindAsync(at.AddTicks(1)))?.Value ?? 1);
        await shop.WithAsync(context =>
        {
            context.Update(new Measurement { At = at.AddTicks(1), Value = 2 });
            return context.SaveChangesAsync();
        });
        Assert.Equal(2, (await FindAsync(at))!.Value);

        Task<Measurement?> FindAsync(DateTime key) => shop.WithAsync(context => context.Measurements.FindCachedAsync(key).AsTask());
    }

    [Fact]
    public async Task A_row_that_another_version_of_the_model_has_written_gives_way()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var id = await AddProductAsync(shop);
        await cache.SetAsync($"products:{id}", """["another","","Product",[1,"old",0]]"""u8.ToArray());
        Assert.Equal("first", (await shop.FindAsync(id))!.Name);
        await cache.SetAsync($"products:{id}", "garbage"u8.ToArray());
        Assert.Equal("first", (await shop.FindAsync(id))!.Name);
        Assert.Equal(2, cache.Statistics.Snapshot().Loads);
        Assert.Equal("first", (await shop.FindAsync(id))!.Name);
        Assert.Equal(2, cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task Rows_that_the_database_itself_deletes_are_dropped_with_their_parents()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var order = await AddOrderAsync(shop, "a");
        await using var context = shop.New();
        var owner = (await context.Orders.FindCachedAsync(order))!.CustomerId;
        Assert.NotNull(await context.Lines.FindCachedAsync((order, "a")));

        // The change tracker knows of the customer alone.
        context.Remove(await context.Customers.SingleAsync(row => row.Id == owner));
        await context.SaveChangesAsync();
        Assert.Null(await context.Orders.FindCachedAsync(order));
        Assert.Null(await context.Lines.FindCachedAsync((order, "a")));

        order = await AddOrderAsync(shop, "b");
        owner = (await context.Orders.FindCachedAsync(order))!.CustomerId;
        Assert.NotNull(await context.Lines.FindCachedAsync((order, "b")));
        await context.Customers.Where(row => row.Id == owner).ExecuteDeleteAsync();
        Assert.Null(await context.Orders.FindCachedAsync(order));
        Assert.Null(await context.Lines.FindCachedAsync((order, "b")));

        order = await AddOrderAsync(shop, "c");
        Assert.NotNull(await context.Lines.FindCachedAsync((order, "c")));
        await context.Database.ExecuteSqlAsync($"""DELETE FROM orders WHERE "Id" = {order}""");
        Assert.Null(await context.Lines.FindCachedAsync((order, "c")));
    }

    [Fact]
    public async Task A_caller_that_is_cancelled_gives_its_context_back_and_others_load_by_themselves()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var id = await AddProductAsync(shop);
        await using var locker = (await servers.ShopAsync(cache: null)).New();
        var transaction = await locker.Database.BeginTransactionAsync();
        await locker.Database.ExecuteSqlRawAsync("LOCK TABLE products IN ACCESS EXCLUSIVE MODE");
        await using var context = shop.New();
        using var end = new CancellationTokenSource();
        var first = context.Products.FindCachedAsync(id, end.Token).AsTask();
        var second = shop.FindAsync(id);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        // Its context does nothing any more.
        Assert.Empty(await context.Tags.Where(row => row.Id == -1).ToListAsync());
        await transaction.RollbackAsync();
        Assert.Equal("first", (await second)!.Name);
        Assert.Equal("first", (await shop.FindAsync(id))!.Name);
    }

    [Fact]
    [Ledger(159, 164)]
    public async Task Entities_that_are_not_cached_are_read_from_the_database_and_still_invalidated()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache, larder => larder.Entity<Product>(product => product.Enabled = false));
        var id = await AddProductAsync(shop);
        Assert.Equal(1, await shop.VersionAsync(id));
        Assert.Equal(0, cache.Statistics.Snapshot().Loads);
        var cached = await servers.ShopAsync(cache);
        Assert.Equal(1, await cached.VersionAsync(id));
        await shop.WithAsync(context =>
        {
            context.Update(new Product { Id = id, Version = 2 });
            return context.SaveChangesAsync();
        });
        Assert.Equal(2, await cached.VersionAsync(id));
    }

    private static async Task<int> AddProductAsync(ShopContexts shop)
    {
        var id = ShopServers.NewId();
        await shop.WithAsync(context =>
        {
            context.Add(new Product { Id = id, Name = "first", Version = 1 });
            return context.SaveChangesAsync();
        });
        return id;
    }

    private static Task<int> AddOrderAsync(ShopContexts shop, params string[] codes) => shop.WithAsync(async context =>
    {
        var order = new Order { Customer = new Customer(new CustomerId(Guid.NewGuid()), "Ada"), Lines = [.. codes.Select(code => new OrderLine { Code = code })] };
        context.Add(order);
        await context.SaveChangesAsync();
        return order.Id;
    });
}
