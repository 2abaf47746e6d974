using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.Json;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.Extensions.DependencyInjection;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Stores ids as 16 bytes in the order of their text. EF's 36 characters would more than double the ledger's keys and indexes, and the
/// data written per commit.
/// </summary>
internal sealed class CompactIds : IDbContextOptionsExtension, IRelationalTypeMappingSourcePlugin
{
    private static readonly BlobMapping Mapping = new();

    public DbContextOptionsExtensionInfo Info => new ExtensionInfo(this);

    public void ApplyServices(IServiceCollection services) => services.AddSingleton<IRelationalTypeMappingSourcePlugin, CompactIds>();

    public void Validate(IDbContextOptions options)
    {
        // There are no options to validate.
    }

    public RelationalTypeMapping? FindMapping(in RelationalTypeMappingInfo mappingInfo) =>
        mappingInfo.ClrType == typeof(Guid) ? Mapping : null;

    private sealed class BlobMapping : RelationalTypeMapping
    {
        public BlobMapping()
            : this(new RelationalTypeMappingParameters(
                new CoreTypeMappingParameters(
                    typeof(Guid),
                    new ValueConverter<Guid, byte[]>(id => id.ToByteArray(true), bytes => new Guid(bytes, true)),
                    jsonValueReaderWriter: JsonGuidReaderWriter.Instance),
                "BLOB",
                dbType: System.Data.DbType.Binary))
        {
        }

        private BlobMapping(RelationalTypeMappingParameters parameters)
            : base(parameters)
        {
        }

        protected override RelationalTypeMapping Clone(RelationalTypeMappingParameters parameters) => new BlobMapping(parameters);

        protected override string GenerateNonNullSqlLiteral(object value) => $"X'{Convert.ToHexString((byte[])value)}'";
    }

    private sealed class ExtensionInfo(IDbContextOptionsExtension extension) : DbContextOptionsExtensionInfo(extension)
    {
        public override bool IsDatabaseProvider => false;

        public override string LogFragment => "compact ids ";

        public override int GetServiceProviderHashCode() => 0;

        public override bool ShouldUseSameServiceProvider(DbContextOptionsExtensionInfo other) => other is ExtensionInfo;

        public override void PopulateDebugInfo(IDictionary<string, string> debugInfo) => debugInfo["CompactIds"] = "1";
    }
}
