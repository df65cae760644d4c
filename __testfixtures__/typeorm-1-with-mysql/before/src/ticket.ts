import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity()
export class Ticket {
  @PrimaryGeneratedColumn()
  id: number;

  @Column({ type: 'varchar', length: 80 })
  seat: string;

  @Column({ type: 'enum', enum: ['mysql', 'paper', 'phone'], default: 'paper' })
  kind: string;
}
