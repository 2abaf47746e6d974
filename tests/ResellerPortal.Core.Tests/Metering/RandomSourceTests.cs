using System.Buffers.Binary;
using ResellerPortal.Core.Metering;

namespace ResellerPortal.Core.Tests.Metering;

public sealed class RandomSourceTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, 123, TimeSpan.Zero);

    private readonly RandomSource _random = new();

    [Fact]
    public void Ids_of_one_instant_are_uuids_of_version_7_in_order()
    {
        // More than the counter of one millisecond can hold.
        var ids = Enumerable.Range(0, 10_000).Select(_ => _random.NextId(Now)).ToList();

        Assert.All(ids, id => Assert.Equal((7, 8), (id.Version, id.Variant & 0xC)));
        Assert.Equal(Now.ToUnixTimeMilliseconds(), GetMilliseconds(ids[0]));
        Assert.Equal(Now.ToUnixTimeMilliseconds() + 2, GetMilliseconds(ids[^1]));
        Assert.All(ids.Zip(ids.Skip(1)), pair => Assert.True(ToSortable(pair.First) < ToSortable(pair.Second)));
    }

    [Fact]
    public void Ids_stay_in_order_where_the_clock_is_set_back()
    {
        var before = _random.NextId(Now);

        var after = _random.NextId(Now.AddHours(-1));

        Assert.True(ToSortable(before) < ToSortable(after));
        Assert.Equal(Now.AddHours(1).ToUnixTimeMilliseconds(), GetMilliseconds(_random.NextId(Now.AddHours(1))));
    }

    [Fact]
    public void No_value_is_issued_twice()
    {
        var others = new RandomSource();

        Assert.Equal(
            20_000, Enumerable.Range(0, 10_000).SelectMany(_ => (Guid[])[_random.NextId(Now), others.NextId(Now)]).Distinct().Count());
        Assert.Equal(10_000, Enumerable.Range(0, 10_000).Select(_ => Convert.ToHexString(_random.GetBytes(16))).Distinct().Count());
    }

    private static long GetMilliseconds(Guid id) => BinaryPrimitives.ReadInt64BigEndian(id.ToByteArray(bigEndian: true)) >>> 16;

    private static UInt128 ToSortable(Guid id) => BinaryPrimitives.ReadUInt128BigEndian(id.ToByteArray(bigEndian: true));
}
