using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;

namespace ResellerPortal.Storage.Sqlite;

/// <summary>
/// Keeps the tables that the meter writes in the order of their keys (WITHOUT ROWID): one tree for rows and key instead of
/// two, which EF has no word for.
/// </summary>
internal sealed class ClusteredTables(MigrationsSqlGeneratorDependencies dependencies, IRelationalAnnotationProvider annotations)
    : SqliteMigrationsSqlGenerator(dependencies, annotations)
{
    private static readonly string[] Tables = ["LedgerEntry", "LotDraw", "UsageRollup", "Reservation", "ConverterPeak"];

    protected override void Generate(
        CreateTableOperation operation,
        IModel? model,
        MigrationCommandListBuilder builder,
        bool terminate = true)
    {
        var isClustered = Tables.Contains(operation.Name);
        base.Generate(operation, model, builder, terminate && !isClustered);
        if (isClustered)
        {
            builder.AppendLine(" WITHOUT ROWID;");
            EndStatement(builder);
        }
    }
}
